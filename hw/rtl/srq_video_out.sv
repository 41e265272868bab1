// Frames to AXI4-Stream video, one line for each line that comes.
//
// Contract: every beat taken at `s_*` is given at `m_t*` in the same cycle, unchanged but for pixels
// beyond the line's last, which become 0. `m_tuser` marks the first beat of a frame, `m_tlast` the last
// of each line. `ends` rises the cycle after the last beat of a frame is taken. `beats`, `rows` and
// `columns` stay as they are from two cycles before a frame's first beat to its last one.
module srq_video_out #(
    parameter int PIXEL_BITS = 32,   // of a pixel, or of a block of them
    parameter int PIXELS = 1,        // in a beat, from 1 up
    parameter int COLUMN_BITS = 16,  // 2^COLUMN_BITS > columns + PIXELS
    parameter int ROW_BITS = 16
) (
    input  logic                         clk,
    input  logic                         rst,      // synchronous; the next beat is a frame's first
    input  logic [COLUMN_BITS-1:0]       columns,  // of a line, in pixels
    input  logic [COLUMN_BITS-1:0]       beats,    // of a line
    input  logic [ROW_BITS-1:0]          rows,     // of a frame
    input  logic                         s_valid,
    output logic                         s_ready,
    input  logic [PIXELS*PIXEL_BITS-1:0] s_data,   // the leftmost pixel lowest
    output logic                         m_tvalid,
    input  logic                         m_tready,
    output logic [PIXELS*PIXEL_BITS-1:0] m_tdata,
    output logic                         m_tuser,
    output logic                         m_tlast,
    output logic                         ends
);
    logic [COLUMN_BITS-1:0] column;  // in beats
    logic [ROW_BITS-1:0] row;
    logic at_origin, last_line, frame_ends;
    logic [COLUMN_BITS-1:0] last_beat;
    logic [ROW_BITS-1:0] last_row;

    assign m_tvalid = s_valid;
    assign s_ready = m_tready;
    assign m_tuser = at_origin;
    assign m_tlast = column == last_beat;
    assign frame_ends = m_tlast && last_line;

    always_ff @(posedge clk) begin
        last_beat <= beats - 1'b1;
        last_row <= rows - 1'b1;
        ends <= !rst && s_valid && m_tready && frame_ends;
        if (rst) begin
            column <= '0;
            row <= '0;
            at_origin <= 1'b1;
        end else if (s_valid && m_tready) begin
            column <= m_tlast ? '0 : column + 1'b1;
            at_origin <= frame_ends;
            if (m_tlast) begin
                row <= last_line ? '0 : row + 1'b1;
                last_line <= last_line ? last_row == '0 : row == last_row - 1'b1;
            end
        end else if (at_origin) last_line <= last_row == '0;
    end

    genvar p;
    generate
        for (p = 0; p < PIXELS; p = p + 1) begin : g_pixel
            logic shown;
            if (p == 0) assign shown = 1'b1;
            else assign shown = column * COLUMN_BITS'(PIXELS) + COLUMN_BITS'(p) < columns;
            assign m_tdata[p*PIXEL_BITS+:PIXEL_BITS] =
                s_data[p*PIXEL_BITS+:PIXEL_BITS] & {PIXEL_BITS{shown}};
        end
        if (PIXELS == 1) begin : g_one
            logic unused;
            assign unused = &{1'b0, columns};
        end
    endgenerate

`ifndef SYNTHESIS
    initial if (PIXELS < 1) $fatal(1, "%m: PIXELS must be 1 or more, not %0d", PIXELS);
`endif
endmodule
