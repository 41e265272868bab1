// The sum of three integers in one row of lookup tables.
//
// Contract: y = (-1)^NEGATE[0] a + (-1)^NEGATE[1] b + (-1)^NEGATE[2] c, modulo 2^BITS. At most two
// of the three are negated. Combinational.
//
// On UltraScale and UltraScale+ (SRQ_XILINX defined) it is one LUT6_2 a bit and the carry chain:
// the lookup table reduces three bits to a sum and a carry, and the chain adds that carry, one
// place up, to the next sum. Synthesis does not infer this. Elsewhere it is two adders.
module srq_add3 #(
    parameter integer BITS = 16,
    parameter [2:0] NEGATE = 3'b000
) (
    input  wire [BITS-1:0] a,
    input  wire [BITS-1:0] b,
    input  wire [BITS-1:0] c,
    output wire [BITS-1:0] y
);
`ifdef SRQ_XILINX
    localparam integer CHAINS = (BITS + 7) / 8;
    // -a is ~a + 1: the first 1 goes into the chain, the second is the carry into bit 0.
    localparam FIRST = NEGATE != 3'b000;
    localparam SECOND = NEGATE == 3'b011 || NEGATE == 3'b101 || NEGATE == 3'b110;

    // Of a lookup table with the inputs a, b, c and the carry from the bit below: O6 (upper half)
    // is the sum of all four without carries, O5 (lower half) the carry of the first three.
    function [63:0] table_of(input [2:0] negate);
        integer i;
        reg [2:0] bits;
        begin
            for (i = 0; i < 32; i = i + 1) begin
                bits = i[2:0] ^ negate;
                table_of[i] = (bits[0] & bits[1]) | (bits[0] & bits[2]) | (bits[1] & bits[2]);
                table_of[32 + i] = bits[0] ^ bits[1] ^ bits[2] ^ i[3];
            end
        end
    endfunction

    wire [8*CHAINS:0] carry;    // of three bits, into the next place
    wire [8*CHAINS-1:0] total;  // of four bits
    wire [8*CHAINS-1:0] sum;
    wire [8*CHAINS-1:0] chain;
    assign carry[0] = SECOND;
    genvar i;
    generate
        for (i = 0; i < 8 * CHAINS; i = i + 1) begin : g_bit
            if (i < BITS) begin : g_used
                LUT6_2 #(.INIT(table_of(NEGATE))) lut (
                    .I0(a[i]), .I1(b[i]), .I2(c[i]), .I3(carry[i]), .I4(1'b0), .I5(1'b1),
                    .O5(carry[i+1]), .O6(total[i])
                );
            end else begin : g_unused
                assign carry[i+1] = 1'b0;
                assign total[i] = 1'b0;
            end
        end
        for (i = 0; i < CHAINS; i = i + 1) begin : g_chain
            CARRY8 #(.CARRY_TYPE("SINGLE_CY8")) carry8 (
                .CI(i == 0 ? FIRST : chain[8*i-1]), .CI_TOP(1'b0),
                .DI(carry[8*i+:8]), .S(total[8*i+:8]), .O(sum[8*i+:8]), .CO(chain[8*i+:8])
            );
        end
    endgenerate
    assign y = sum[BITS-1:0];
`else
    assign y = (NEGATE[0] ? -a : a) + (NEGATE[1] ? -b : b) + (NEGATE[2] ? -c : c);
`endif
endmodule
