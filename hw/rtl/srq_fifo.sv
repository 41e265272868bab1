// A memory in which beats wait, first in, first out: it holds back the operand that comes first.
//
// Contract: every beat taken at `s_*` is given at `m_*` once, in order, three cycles later at the
// earliest. Takes beats until DEPTH of them wait in the memory and two in registers behind it, of which
// the first is a block RAM's own and slow; gives one every cycle while there are any. `m_valid`, once
// high, stays high with the same data until `m_ready`. No word is read and written in the same cycle.
module srq_fifo #(
    parameter int BITS = 8,   // of a beat, from 1 up
    parameter int DEPTH = 16  // words of the memory, from 2 up
) (
    input  logic            clk,
    input  logic            rst,      // synchronous; forgets all beats
    input  logic            s_valid,
    output logic            s_ready,
    input  logic [BITS-1:0] s_data,
    output logic            m_valid,
    input  logic            m_ready,
    output logic [BITS-1:0] m_data
);
    localparam int PLACE = $clog2(DEPTH);
    localparam bit [PLACE-1:0] LAST = PLACE'(DEPTH - 1);

    logic [BITS-1:0] memory[DEPTH];
    logic [PLACE-1:0] write_at, read_at;
    logic [PLACE:0] count;  // of the words in the memory
    logic [BITS-1:0] fetched;
    logic empty, full, write, read, fetched_valid, pass;

    assign s_ready = !full;
    assign write = s_valid && !full;
    assign pass = m_ready || !m_valid;
    assign read = !empty && (pass || !fetched_valid);

    always_ff @(posedge clk) begin
        if (write) memory[write_at] <= s_data;
        if (read) fetched <= memory[read_at];
        if (pass) m_data <= fetched;
    end

    always_ff @(posedge clk) begin
        if (rst) begin
            write_at <= '0;
            read_at <= '0;
            count <= '0;
            empty <= 1'b1;
            full <= 1'b0;
            fetched_valid <= 1'b0;
            m_valid <= 1'b0;
        end else begin
            if (write) write_at <= write_at == LAST ? '0 : write_at + 1'b1;
            if (read) read_at <= read_at == LAST ? '0 : read_at + 1'b1;
            if (write && !read) begin
                count <= count + 1'b1;
                empty <= 1'b0;
                full <= count == (PLACE + 1)'(DEPTH - 1);
            end else if (read && !write) begin
                count <= count - 1'b1;
                empty <= count == (PLACE + 1)'(1);
                full <= 1'b0;
            end
            if (read) fetched_valid <= 1'b1;
            else if (pass) fetched_valid <= 1'b0;
            if (pass) m_valid <= fetched_valid;
        end
    end

`ifndef SYNTHESIS
    initial begin
        if (BITS < 1) $fatal(1, "%m: BITS must be 1 or more, not %0d", BITS);
        if (DEPTH < 2) $fatal(1, "%m: DEPTH must be 2 or more, not %0d", DEPTH);
    end
`endif
endmodule
