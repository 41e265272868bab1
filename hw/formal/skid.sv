// Proof: srq_skid gives what it took, in order, and its s_ready needs no m_ready in the same cycle.
module skid (
    input wire clk, input wire rst, input wire s_valid, input wire [3:0] s_data, input wire m_ready
);
    wire s_ready, m_valid;
    wire [3:0] m_data;
    srq_skid #(.BITS(4)) cell_under_proof (
        .clk(clk), .rst(rst), .s_valid(s_valid), .s_ready(s_ready), .s_data(s_data),
        .m_valid(m_valid), .m_ready(m_ready), .m_data(m_data)
    );
    order #(.BITS(4)) order (
        .clk(clk), .rst(rst), .s_valid(s_valid), .s_ready(s_ready), .s_data(s_data),
        .m_valid(m_valid), .m_ready(m_ready), .m_data(m_data)
    );
endmodule
