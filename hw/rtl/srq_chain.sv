// A row of registers that is filled word by word, and then stays as it is.
//
// Contract: after WORDS cycles with `load`, word n of `q` is the `d` of the n-th of them, the first
// lowest. Without `load` nothing changes.
module srq_chain #(
    parameter int BITS = 18,  // of a word, from 1 up
    parameter int WORDS = 4   // from 1 up
) (
    input  logic                  clk,
    input  logic                  load,
    input  logic [BITS-1:0]       d,
    output logic [WORDS*BITS-1:0] q
);
    always_ff @(posedge clk) begin
        if (load) q <= (WORDS * BITS)'({d, q} >> BITS);
    end

`ifndef SYNTHESIS
    initial begin
        if (BITS < 1) $fatal(1, "%m: BITS must be 1 or more, not %0d", BITS);
        if (WORDS < 1) $fatal(1, "%m: WORDS must be 1 or more, not %0d", WORDS);
    end
`endif
endmodule
