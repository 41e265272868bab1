// Proof: srq_fifo gives what it took, in order, and takes beats while fewer than DEPTH wait.
module fifo #(
    parameter integer DEPTH = 3
) (
    input wire clk, input wire rst, input wire s_valid, input wire [3:0] s_data, input wire m_ready
);
    wire s_ready, m_valid;
    wire [3:0] m_data;
    srq_fifo #(.BITS(4), .DEPTH(DEPTH)) cell_under_proof (
        .clk(clk), .rst(rst), .s_valid(s_valid), .s_ready(s_ready), .s_data(s_data),
        .m_valid(m_valid), .m_ready(m_ready), .m_data(m_data)
    );
    order #(.BITS(4)) order (
        .clk(clk), .rst(rst), .s_valid(s_valid), .s_ready(s_ready), .s_data(s_data),
        .m_valid(m_valid), .m_ready(m_ready), .m_data(m_data)
    );

    reg begun = 0;
    reg [4:0] held;  // in the memory and behind it
    always @(posedge clk) begin
        begun <= 1;
        held <= rst ? 0 : held + (s_valid && s_ready) - (m_valid && m_ready);
    end
    always @* if (begun && !rst) begin
        assert (held <= DEPTH + 2);
        if (held < DEPTH) assert (s_ready);
        if (held == 0) assert (!m_valid);
    end
endmodule
