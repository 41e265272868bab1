// What every stream cell promises: each beat that was taken is given once, in order, and one that is
// offered stays until it is taken. Used by the proofs of the cells.
//
// Any one beat is followed, counted from reset. The sender is assumed to keep what it offers.
module order #(
    parameter integer BITS = 4
) (
    input wire            clk,
    input wire            rst,
    input wire            s_valid,
    input wire            s_ready,
    input wire [BITS-1:0] s_data,
    input wire            m_valid,
    input wire            m_ready,
    input wire [BITS-1:0] m_data
);
    (* anyconst *) reg [4:0] chosen;
    reg [4:0] taken, given;  // beats since reset
    reg [BITS-1:0] data;     // of the chosen one
    reg begun = 0;
    reg past_rst, past_waits, past_offers;
    reg [BITS-1:0] past_s, past_m;
    wire take = s_valid && s_ready;
    wire give = m_valid && m_ready;

    always @(posedge clk) begin
        begun <= 1;
        past_rst <= rst;
        past_waits <= s_valid && !s_ready;
        past_s <= s_data;
        past_offers <= m_valid && !m_ready;
        past_m <= m_data;
        if (rst) begin
            taken <= 0;
            given <= 0;
        end else begin
            taken <= taken + take;
            given <= given + give;
            if (take && taken == chosen) data <= s_data;
        end
    end

    always @* begin
        if (!begun) assume (rst);
        if (begun && past_waits && !past_rst) assume (s_valid && s_data == past_s);
        if (begun && !rst) begin
            assert (given + give <= taken + take);
            if (give && given == chosen) assert (m_data == (taken > chosen ? data : s_data));
            if (past_offers && !past_rst) assert (m_valid && m_data == past_m);
        end
    end
endmodule
