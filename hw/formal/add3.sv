// Proof: srq_add3 is a sum of three operands, for all of them. With SRQ_XILINX defined it is the
// lookup tables and the carry chain that are proved, by the vendor's models in Yosys.
module add3 #(
    parameter integer BITS = 11,
    parameter [2:0] NEGATE = 3'b000
) (
    input wire [BITS-1:0] a,
    input wire [BITS-1:0] b,
    input wire [BITS-1:0] c
);
    wire [BITS-1:0] y;
    srq_add3 #(.BITS(BITS), .NEGATE(NEGATE)) cell_under_proof (.a(a), .b(b), .c(c), .y(y));

    wire [BITS-1:0] signed_a = NEGATE[0] ? ~a + 1'b1 : a;
    wire [BITS-1:0] signed_b = NEGATE[1] ? ~b + 1'b1 : b;
    wire [BITS-1:0] signed_c = NEGATE[2] ? ~c + 1'b1 : c;
    always @* assert (y == signed_a + signed_b + signed_c);
endmodule
