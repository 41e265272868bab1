// DSP48E2 as AMD's UG579 has it, as far as srq_multiply_add uses it: one register at A, B, C and M,
// and P; OPMODE's X and Y from the multiplier, Z from PCIN or C. Anything else stops the simulation.
module DSP48E2 #(
    parameter AMULTSEL = "A", A_INPUT = "DIRECT", BMULTSEL = "B", B_INPUT = "DIRECT",
    parameter PREADDINSEL = "A", USE_MULT = "MULTIPLY", USE_SIMD = "ONE48",
    parameter AREG = 1, ACASCREG = 1, BREG = 1, BCASCREG = 1, CREG = 1, DREG = 1, ADREG = 1,
    parameter MREG = 1, PREG = 1, OPMODEREG = 1, ALUMODEREG = 1, INMODEREG = 1,
    parameter CARRYINREG = 1, CARRYINSELREG = 1
) (
    input CLK, input [29:0] A, input [17:0] B, input [47:0] C, input [26:0] D,
    input [8:0] OPMODE, input [3:0] ALUMODE, input [4:0] INMODE, input CARRYIN,
    input [2:0] CARRYINSEL, input [47:0] PCIN, output reg [47:0] P, output [47:0] PCOUT,
    input [29:0] ACIN, input [17:0] BCIN, input CARRYCASCIN, MULTSIGNIN,
    input CEA1, CEA2, CEB1, CEB2, CEC, CED, CEAD, CEM, CEP, CEALUMODE, CECARRYIN, CECTRL, CEINMODE,
    input RSTA, RSTALLCARRYIN, RSTALUMODE, RSTB, RSTC, RSTCTRL, RSTD, RSTINMODE, RSTM, RSTP,
    output [29:0] ACOUT, output [17:0] BCOUT, output CARRYCASCOUT, output [3:0] CARRYOUT,
    output MULTSIGNOUT, OVERFLOW, PATTERNBDETECT, PATTERNDETECT, UNDERFLOW, output [7:0] XOROUT
);
    reg [29:0] a2;
    reg [17:0] b2;
    reg [47:0] c;
    reg [44:0] m;
    wire [47:0] z = OPMODE[6:4] == 3'b001 ? PCIN : c;
    assign PCOUT = P;
    always @(posedge CLK) begin
        if (CEA2) a2 <= A;
        if (CEB2) b2 <= B;
        if (CEC) c <= C;
        if (CEM) m <= $signed(a2[26:0]) * $signed(b2);
        if (CEP) P <= z + {{3{m[44]}}, m};
    end
    initial begin
        #1;
        if ({AREG, BREG, CREG, MREG, PREG} != {32'd1, 32'd1, 32'd1, 32'd1, 32'd1}
            || {OPMODEREG, ALUMODEREG, INMODEREG, CARRYINREG, CARRYINSELREG} != 0
            || (OPMODE != 9'b000010101 && OPMODE != 9'b000110101)
            || {ALUMODE, INMODE, CARRYIN, CARRYINSEL} != 0
            || {RSTA, RSTB, RSTC, RSTM, RSTP, RSTD, RSTCTRL, RSTALUMODE, RSTINMODE, RSTALLCARRYIN} != 0
            || AMULTSEL != "A" || BMULTSEL != "B" || A_INPUT != "DIRECT" || B_INPUT != "DIRECT"
            || USE_MULT != "MULTIPLY" || USE_SIMD != "ONE48") begin
            $display("DSP48E2: a use that this model does not know");
            $stop;
        end
    end
endmodule
