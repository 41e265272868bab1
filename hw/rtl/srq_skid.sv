// Holds one beat, so that `s_ready` comes from a register.
//
// Contract: every beat taken at `s_*` is given at `m_*` once, in order, at the earliest in the same
// cycle. `m_valid`, once high, stays high with the same data until `m_ready`, if `s_valid` does.
module srq_skid #(
    parameter int BITS = 8  // of a beat, from 1 up
) (
    input  logic            clk,
    input  logic            rst,      // synchronous; forgets the beat that is held
    input  logic            s_valid,
    output logic            s_ready,
    input  logic [BITS-1:0] s_data,
    output logic            m_valid,
    input  logic            m_ready,
    output logic [BITS-1:0] m_data
);
    logic full;
    logic [BITS-1:0] held;

    assign s_ready = !full;
    assign m_valid = full || s_valid;
    assign m_data = full ? held : s_data;

    always_ff @(posedge clk) begin
        if (rst || m_ready) full <= 1'b0;
        else if (s_valid) full <= 1'b1;
        if (!full) held <= s_data;
    end

`ifndef SYNTHESIS
    initial if (BITS < 1) $fatal(1, "%m: BITS must be 1 or more, not %0d", BITS);
`endif
endmodule
