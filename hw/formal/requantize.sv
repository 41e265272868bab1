// Proof: srq_requantize is the rounding of the Program, for every sum.
//
// `exact` is a sum without its half; LOW and HIGH may be 0 where LEAST and GREATEST, the ends that a
// proof gives the sum with its half, say that saturation cannot happen.
module requantize #(
    parameter integer IN_BITS = 26,
    parameter integer SHIFT = 9,
    parameter integer OUT_BITS = 14,
    parameter integer OUT_SIGNED = 0,
    parameter integer LOW = 1,
    parameter integer HIGH = 1
) (
    input wire signed [IN_BITS-1:0] exact
);
    localparam signed [63:0] LO = (OUT_SIGNED != 0) ? -(64'sd1 << (OUT_BITS - 1)) : 64'sd0;
    localparam signed [63:0] HI = (64'sd1 << (OUT_BITS - (OUT_SIGNED != 0))) - 64'sd1;
    localparam signed [63:0] ONE = 64'sd1;

    // The Program's words: (acc + 2^(shift-1)) >> shift, then saturated.
    wire signed [63:0] acc = exact;
    wire signed [63:0] rounded = (SHIFT > 0) ? (acc + (ONE << (SHIFT - 1))) >>> SHIFT : acc;
    wire signed [63:0] want = rounded < LO ? LO : rounded > HI ? HI : rounded;

    // One bit more than the sum, for the half.
    wire signed [IN_BITS:0] sum = exact + ((SHIFT > 0) ? (ONE << (SHIFT - 1)) : 64'sd0);
    wire [OUT_BITS-1:0] y;
    srq_requantize #(
        .IN_BITS(IN_BITS + 1), .SHIFT(SHIFT), .OUT_BITS(OUT_BITS), .OUT_SIGNED(OUT_SIGNED),
        .LOW(LOW), .HIGH(HIGH)
    ) cell_under_proof (.sum(sum), .y(y));

    always @* begin
        if (LOW == 0) assume (rounded >= LO);
        if (HIGH == 0) assume (rounded <= HI);
        assert (y == want[OUT_BITS-1:0]);
    end
endmodule
