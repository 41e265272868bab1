// A multiplication and an addition with the registers that a DSP slice has.
//
// Contract, in enabled clocks: p is a * b of three clocks ago plus, where CASCADE is 0, c of two
// clocks ago, else pcin of one clock ago. All are two's complement. In a chain, pcout goes to the
// pcin of the next one, whose a and b come one clock later.
//
// On UltraScale and UltraScale+ (SRQ_XILINX defined) it is a DSP48E2 with AREG, BREG, CREG, MREG and
// PREG, and pcout is the dedicated wire between slices: connect it to a pcin and to nothing else.
module srq_multiply_add #(
    parameter integer CASCADE = 0
) (
    input  wire               clk,
    input  wire               ce,
    input  wire signed [26:0] a,
    input  wire signed [17:0] b,
    input  wire signed [47:0] c,
    input  wire signed [47:0] pcin,
    output wire signed [47:0] p,
    output wire signed [47:0] pcout
);
`ifdef SRQ_XILINX
    DSP48E2 #(
        .AMULTSEL("A"), .A_INPUT("DIRECT"), .BMULTSEL("B"), .B_INPUT("DIRECT"),
        .PREADDINSEL("A"), .USE_MULT("MULTIPLY"), .USE_SIMD("ONE48"),
        .AREG(1), .ACASCREG(1), .BREG(1), .BCASCREG(1), .CREG(1), .DREG(1), .ADREG(1),
        .MREG(1), .PREG(1), .OPMODEREG(0), .ALUMODEREG(0), .INMODEREG(0),
        .CARRYINREG(0), .CARRYINSELREG(0)
    ) slice (
        .CLK(clk), .A({{3{a[26]}}, a}), .B(b), .C(c), .D(27'd0),
        .OPMODE(CASCADE != 0 ? 9'b000010101 : 9'b000110101),  // M, and PCIN or C
        .ALUMODE(4'b0000), .INMODE(5'b00000), .CARRYIN(1'b0), .CARRYINSEL(3'b000),
        .PCIN(pcin), .P(p), .PCOUT(pcout),
        .ACIN(30'd0), .BCIN(18'd0), .CARRYCASCIN(1'b0), .MULTSIGNIN(1'b0),
        .CEA1(1'b0), .CEA2(ce), .CEB1(1'b0), .CEB2(ce), .CEC(ce), .CED(1'b0), .CEAD(1'b0),
        .CEM(ce), .CEP(ce), .CEALUMODE(1'b0), .CECARRYIN(1'b0), .CECTRL(1'b0), .CEINMODE(1'b0),
        .RSTA(1'b0), .RSTALLCARRYIN(1'b0), .RSTALUMODE(1'b0), .RSTB(1'b0), .RSTC(1'b0),
        .RSTCTRL(1'b0), .RSTD(1'b0), .RSTINMODE(1'b0), .RSTM(1'b0), .RSTP(1'b0),
        .ACOUT(), .BCOUT(), .CARRYCASCOUT(), .CARRYOUT(), .MULTSIGNOUT(), .OVERFLOW(),
        .PATTERNBDETECT(), .PATTERNDETECT(), .UNDERFLOW(), .XOROUT()
    );
`else
    reg signed [26:0] a_q;
    reg signed [17:0] b_q;
    reg signed [47:0] c_q;
    reg signed [44:0] m_q;
    reg signed [47:0] p_q;
    always @(posedge clk)
        if (ce) begin
            a_q <= a;
            b_q <= b;
            c_q <= c;
            m_q <= a_q * b_q;
            p_q <= m_q + (CASCADE != 0 ? pcin : c_q);
        end
    assign p = p_q;
    assign pcout = p_q;
`endif
endmodule
