// Proof: srq_flow gives each result of a pipeline that never stands still once, in order, whatever
// waits. The pipeline here is a delay, without reset or enable, as a layer's is.
module flow #(
    parameter integer LATENCY = 2,
    parameter integer PLACES = 4
) (
    input wire clk, input wire rst, input wire s_valid, input wire [3:0] s_data, input wire m_ready
);
    wire s_ready, m_valid;
    wire [3:0] m_data;
    reg [4*LATENCY-1:0] stages;
    always @(posedge clk) stages <= {stages, s_data};
    srq_flow #(.BITS(4), .LATENCY(LATENCY), .PLACES(PLACES)) cell_under_proof (
        .clk(clk), .rst(rst), .s_valid(s_valid), .s_ready(s_ready),
        .result(stages[4*LATENCY-1-:4]), .m_valid(m_valid), .m_ready(m_ready), .m_data(m_data)
    );
    order #(.BITS(4)) order (
        .clk(clk), .rst(rst), .s_valid(s_valid), .s_ready(s_ready), .s_data(s_data),
        .m_valid(m_valid), .m_ready(m_ready), .m_data(m_data)
    );
endmodule
