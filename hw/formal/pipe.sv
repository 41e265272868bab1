// Proof: srq_pipe enables a pipeline so that it gives what it took, in order. The pipeline here is a
// delay, with registers that have no reset and the enable alone, as those of a layer.
module pipe #(
    parameter integer LATENCY = 2
) (
    input wire clk, input wire rst, input wire s_valid, input wire [3:0] s_data, input wire m_ready
);
    wire s_ready, m_valid, ce;
    srq_pipe #(.LATENCY(LATENCY)) cell_under_proof (
        .clk(clk), .rst(rst), .s_valid(s_valid), .s_ready(s_ready), .m_valid(m_valid),
        .m_ready(m_ready), .ce(ce)
    );
    reg [4*LATENCY-1:0] stages;
    wire [3:0] m_data = stages[4*LATENCY-1-:4];
    always @(posedge clk) if (ce) stages <= {stages, s_data};
    order #(.BITS(4)) order (
        .clk(clk), .rst(rst), .s_valid(s_valid), .s_ready(s_ready), .s_data(s_data),
        .m_valid(m_valid), .m_ready(m_ready), .m_data(m_data)
    );
endmodule
