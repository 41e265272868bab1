// One stream to several readers, each of which takes every beat once, at its own pace.
//
// Contract: each beat of `s_*` is offered to every reader at once and leaves when all have taken it.
// A reader that has taken it is not offered it again. The data goes beside this cell, unchanged.
module srq_fork #(
    parameter int READERS = 2  // from 1 up
) (
    input  logic               clk,
    input  logic               rst,      // synchronous
    input  logic               s_valid,
    output logic               s_ready,
    output logic [READERS-1:0] m_valid,
    input  logic [READERS-1:0] m_ready
);
    logic [READERS-1:0] taken;  // of the beat that is offered now

    assign m_valid = {READERS{s_valid}} & ~taken;
    assign s_ready = &(taken | m_ready);

    always_ff @(posedge clk) begin
        if (rst || !s_valid || s_ready) taken <= '0;
        else taken <= taken | m_ready;
    end

`ifndef SYNTHESIS
    initial if (READERS < 1) $fatal(1, "%m: READERS must be 1 or more, not %0d", READERS);
`endif
endmodule
