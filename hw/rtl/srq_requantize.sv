// Drops the low bits of a sum and saturates: the only rounding and saturation of the core.
//
// Contract: y = saturate(sum >>> SHIFT) into OUT_BITS bits, signed if OUT_SIGNED. The half that
// rounds (2^(SHIFT-1)) is in `sum` already: the adders that make the sum have it as an operand.
// LOW = 0 says that sum >>> SHIFT is never below the format's least integer, HIGH = 0 that it is
// never above the greatest; what has been proved so takes no logic. Combinational.
module srq_requantize #(
    parameter integer IN_BITS = 26,
    parameter integer SHIFT = 9,       // 0 .. IN_BITS - 1
    parameter integer OUT_BITS = 14,
    parameter integer OUT_SIGNED = 0,  // 0 is a ReLU
    parameter integer LOW = 1,
    parameter integer HIGH = 1
) (
    input  wire [IN_BITS-1:0]  sum,  // two's complement
    output wire [OUT_BITS-1:0] y
);
    localparam integer KEPT = IN_BITS - SHIFT;
    localparam integer MAGNITUDE = OUT_BITS - (OUT_SIGNED != 0);  // the bits below the sign

    wire [KEPT-1:0] kept = sum[IN_BITS-1:SHIFT];
    wire negative = kept[KEPT-1];
    wire [OUT_BITS-1:0] least = (OUT_SIGNED != 0) ? 1 << (OUT_BITS - 1) : 0;
    wire [OUT_BITS-1:0] greatest = ~least;

    wire above, below;
    wire [OUT_BITS-1:0] fitting;
    generate
        if (KEPT - 1 > MAGNITUDE) begin : g_wide
            wire [KEPT-2-MAGNITUDE:0] beyond = kept[KEPT-2:MAGNITUDE];
            assign above = (HIGH != 0) && !negative && (|beyond);
            if (OUT_SIGNED != 0) begin : g_signed
                assign below = (LOW != 0) && negative && !(&beyond);
                assign fitting = {negative, kept[MAGNITUDE-1:0]};
            end else begin : g_unsigned
                assign below = (LOW != 0) && negative;
                assign fitting = kept[MAGNITUDE-1:0];
            end
        end else begin : g_narrow
            assign above = 1'b0;
            assign below = (LOW != 0) && (OUT_SIGNED == 0) && negative;
            assign fitting = {{OUT_BITS{negative}}, kept};  // the upper bits are cut
        end
    endgenerate
    assign y = below ? least : above ? greatest : fitting;
endmodule
