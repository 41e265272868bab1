// The flow beside a pipeline of arithmetic that never stands still: it takes a beat only where there is
// a place for the result.
//
// Contract: `result` is what a pipeline of registers without an enable made of the beat taken at `s_*`
// LATENCY cycles before. Each such result is given at `m_*` once, in order, LATENCY + 1 cycles after
// its beat was taken at the earliest. Takes a beat every cycle while every result is taken as soon as
// it is offered, if PLACES is LATENCY + 2 or more. `s_ready` and `m_valid` come from registers, and
// `m_data` from a small memory, so that nothing wide has an enable.
module srq_flow #(
    parameter int BITS = 8,     // of a result, from 1 up
    parameter int LATENCY = 1,  // registers from a beat to its result, from 1 up
    // Results under way or waiting; a power of two. A distributed memory has 16 words at the least.
    parameter int PLACES = LATENCY + 2 > 16 ? 1 << $clog2(LATENCY + 2) : 16
) (
    input  logic            clk,
    input  logic            rst,      // synchronous; forgets all beats and results
    input  logic            s_valid,
    output logic            s_ready,
    input  logic [BITS-1:0] result,
    output logic            m_valid,
    input  logic            m_ready,
    output logic [BITS-1:0] m_data
);
    localparam int PLACE = $clog2(PLACES);

    logic [BITS-1:0] memory[PLACES];
    logic [PLACE-1:0] write_at, read_at;
    logic [PLACE:0] free, waiting;    // places without a beat under way; results in the memory
    logic [LATENCY-1:0] under_way;    // where in the pipeline beats are
    logic take, write, give;

    assign take = s_valid && s_ready;
    assign write = under_way[LATENCY-1];
    assign give = m_valid && m_ready;
    assign m_data = memory[read_at];

    always_ff @(posedge clk) begin
        if (write) memory[write_at] <= result;
    end

    always_ff @(posedge clk) begin
        if (rst) begin
            under_way <= '0;
            write_at <= '0;
            read_at <= '0;
            free <= (PLACE + 1)'(PLACES);
            s_ready <= 1'b1;
            waiting <= '0;
            m_valid <= 1'b0;
        end else begin
            under_way <= LATENCY'({under_way, take});
            if (write) write_at <= write_at + 1'b1;
            if (give) read_at <= read_at + 1'b1;
            if (take && !give) begin
                free <= free - 1'b1;
                s_ready <= free != (PLACE + 1)'(1);
            end else if (give && !take) begin
                free <= free + 1'b1;
                s_ready <= 1'b1;
            end
            if (write && !give) begin
                waiting <= waiting + 1'b1;
                m_valid <= 1'b1;
            end else if (give && !write) begin
                waiting <= waiting - 1'b1;
                m_valid <= waiting != (PLACE + 1)'(1);
            end
        end
    end

`ifndef SYNTHESIS
    initial begin
        if (BITS < 1) $fatal(1, "%m: BITS must be 1 or more, not %0d", BITS);
        if (LATENCY < 1) $fatal(1, "%m: LATENCY must be 1 or more, not %0d", LATENCY);
        if (PLACES < 2 || 1 << PLACE != PLACES)
            $fatal(1, "%m: PLACES must be a power of two from 2 up, not %0d", PLACES);
    end
`endif
endmodule
