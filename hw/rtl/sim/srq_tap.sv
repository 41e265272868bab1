// Shows a stream's beats to the C++ of a simulation; not for synthesis.
//
// Contract: for every beat, as it is taken, calls `srq_tap_word` for each 32 bits of it, lowest first.
module srq_tap #(
    parameter int BITS = 8,   // of a beat
    parameter int STREAM = 0  // which stream it is
) (
    input logic            clk,
    input logic            taken,
    input logic [BITS-1:0] data
);
    import "DPI-C" function void srq_tap_word(input int stream, input int index, input int word);

    localparam int WORDS = (BITS + 31) / 32;
    logic [WORDS*32-1:0] padded;
    assign padded = (WORDS * 32)'(data);

    always_ff @(posedge clk) begin
        if (taken) for (int n = 0; n < WORDS; n++) srq_tap_word(STREAM, n, padded[32*n+:32]);
    end
endmodule
