// Proof: two readers of srq_fork whose streams meet again in srq_join see the same beats, in order,
// whatever waits on either way; and srq_join gives a beat only where it takes one of each side.
module fork_join (
    input wire clk, input wire rst, input wire s_valid, input wire [3:0] s_data, input wire m_ready
);
    wire s_ready, a_valid, a_ready, b_valid, b_ready, m_valid;
    wire [1:0] offered, accepted;
    wire [3:0] a_data, b_data;
    srq_fork #(.READERS(2)) fork_under_proof (
        .clk(clk), .rst(rst), .s_valid(s_valid), .s_ready(s_ready), .m_valid(offered),
        .m_ready(accepted)
    );
    // The two ways: a beat may wait in one and pass by the other.
    srq_skid #(.BITS(4)) way_a (
        .clk(clk), .rst(rst), .s_valid(offered[0]), .s_ready(accepted[0]), .s_data(s_data),
        .m_valid(a_valid), .m_ready(a_ready), .m_data(a_data)
    );
    srq_fifo #(.BITS(4), .DEPTH(2)) way_b (
        .clk(clk), .rst(rst), .s_valid(offered[1]), .s_ready(accepted[1]), .s_data(s_data),
        .m_valid(b_valid), .m_ready(b_ready), .m_data(b_data)
    );
    srq_join join_under_proof (
        .a_valid(a_valid), .a_ready(a_ready), .b_valid(b_valid), .b_ready(b_ready),
        .m_valid(m_valid), .m_ready(m_ready)
    );
    order #(.BITS(4)) order_a (
        .clk(clk), .rst(rst), .s_valid(s_valid), .s_ready(s_ready), .s_data(s_data),
        .m_valid(1'b0), .m_ready(1'b0), .m_data(4'd0)
    );
    order #(.BITS(4)) first (
        .clk(clk), .rst(rst), .s_valid(offered[0]), .s_ready(accepted[0]), .s_data(s_data),
        .m_valid(m_valid), .m_ready(m_ready), .m_data(a_data)
    );
    reg begun = 0;
    always @(posedge clk) begun <= 1;
    always @* begin
        if (m_valid && begun && !rst) assert (a_data == b_data);
        assert ((m_valid && m_ready) == (a_valid && a_ready));
        assert ((m_valid && m_ready) == (b_valid && b_ready));
    end
endmodule
