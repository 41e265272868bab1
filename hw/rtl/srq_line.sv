// The memory of one line: what was written a line ago.
//
// Contract: in the n-th cycle with `advance`, `q` is the `d` of the cycle n - LENGTH (counting those
// with `advance` only), if in the cycle n `write_at` is n mod LENGTH and `read_at` (n + 2) mod LENGTH,
// for a LENGTH of 3 to WORDS. So a word is never read and written in the same cycle. The memory has a
// register at its output, as block RAMs want it.
module srq_line #(
    parameter int BITS = 8,      // of a word, from 1 up
    parameter int WORDS = 1920,  // of the longest line, from 3 up
    parameter int PLACE = 11     // bits of an address
) (
    input  logic             clk,
    input  logic             advance,
    input  logic [PLACE-1:0] write_at,
    input  logic [PLACE-1:0] read_at,
    input  logic [BITS-1:0]  d,
    output logic [BITS-1:0]  q
);
    logic [BITS-1:0] memory[WORDS];
    logic [BITS-1:0] fetched;

    always_ff @(posedge clk) begin
        if (advance) begin
            memory[write_at] <= d;
            fetched <= memory[read_at];
            q <= fetched;
        end
    end

`ifndef SYNTHESIS
    initial begin
        if (BITS < 1) $fatal(1, "%m: BITS must be 1 or more, not %0d", BITS);
        if (WORDS < 3) $fatal(1, "%m: WORDS must be 3 or more, not %0d", WORDS);
        if ((1 << PLACE) < WORDS) $fatal(1, "%m: PLACE is too small for %0d words", WORDS);
    end
`endif
endmodule
