// Two streams to one reader, which takes a beat of each at the same time.
//
// Contract: a beat of `m_*` is one of `a_*` and one of `b_*`, in order. Neither is taken without the
// other. The data goes beside this cell, unchanged. Combinational.
module srq_join (
    input  logic a_valid,
    output logic a_ready,
    input  logic b_valid,
    output logic b_ready,
    output logic m_valid,
    input  logic m_ready
);
    assign m_valid = a_valid && b_valid;
    assign a_ready = m_ready && b_valid;
    assign b_ready = m_ready && a_valid;
endmodule
