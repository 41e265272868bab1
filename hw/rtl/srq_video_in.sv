// AXI4-Stream video to whole frames: whatever comes, the core sees frames of rows x columns.
//
// Contract: the frame that begins with a beat of `s_tuser` has the size that `columns` and `rows` have
// in that cycle. Of each such frame exactly `frame_rows` * `frame_beats` beats are given, in order:
// - a line that ends too early is filled with zeros, and `short_line` rises for a cycle;
// - what a line has too much is dropped, and `long_line` rises;
// - a frame that another one interrupts is filled with zeros, and `short_frame` rises;
// - beats between the last of a frame and the next with `s_tuser` are dropped; `long_frame` rises at the
//   first of them after each frame;
// - a frame whose size is 0 or greater than allowed is dropped, and `wrong_size` rises.
// Beats before the first `s_tuser` after a reset are dropped without a word. A beat of a good frame is
// given in the cycle in which it comes. Where a frame's size is another than the last one's, or `change` is
// high before its first beat comes, it waits until `busy` has fallen, and `resize` rises for a cycle, in
// which all cells that hold beats are reset. `frame_*` change with the next cycle; the first beat is given
// in the third one after it at the earliest.
module srq_video_in #(
    parameter int BITS = 8,          // of a beat, from 1 up
    parameter int PIXELS = 1,        // in a beat, from 1 up
    parameter int MAX_COLUMNS = 1920,
    parameter int COLUMN_BITS = 16,  // 2^COLUMN_BITS > MAX_COLUMNS + PIXELS
    parameter int ROW_BITS = 16
) (
    input  logic                   clk,
    input  logic                   rst,          // synchronous
    input  logic [COLUMN_BITS-1:0] columns,      // of the frame that begins, 1 .. MAX_COLUMNS
    input  logic [ROW_BITS-1:0]    rows,         // from 1 up
    input  logic                   s_tvalid,
    output logic                   s_tready,
    input  logic [BITS-1:0]        s_tdata,
    input  logic                   s_tuser,      // the first beat of a frame
    input  logic                   s_tlast,      // the last beat of a line
    output logic                   m_valid,
    input  logic                   m_ready,
    output logic [BITS-1:0]        m_data,
    output logic [COLUMN_BITS-1:0] frame_columns,  // of the frames that are in the core
    output logic [COLUMN_BITS-1:0] frame_beats,    // of a line: ceil(frame_columns / PIXELS)
    output logic [COLUMN_BITS-1:0] frame_pitch,    // the greater of frame_beats and 3
    output logic [ROW_BITS-1:0]    frame_rows,
    output logic                   begins,       // a frame's first beat is taken
    input  logic                   busy,         // any beat of a frame is still in the core
    input  logic                   change,       // the next frame needs another core, if of this size
    output logic                   resize,       // reset the core, whose next frame is another kind
    output logic                   short_line,
    output logic                   long_line,
    output logic                   short_frame,
    output logic                   long_frame,
    output logic                   wrong_size
);
    localparam logic [2:0] BETWEEN = 3'd0;     // frames
    localparam logic [2:0] HEAD = 3'd1;        // a frame of another kind is to begin
    localparam logic [2:0] SIZED = 3'd2;       // its size has been taken over
    localparam logic [2:0] LINE = 3'd3;        // beats come
    localparam logic [2:0] FILL_LINE = 3'd4;   // zeros
    localparam logic [2:0] FILL_FRAME = 3'd5;  // zeros
    localparam logic [2:0] DROP = 3'd6;        // what a line has too much
    logic [2:0] state, next;

    // What is left of the line and of the frame after the beat that comes, and what is asked of it.
    logic [COLUMN_BITS-1:0] beats_left, last_beat;
    logic [ROW_BITS-1:0] rows_left, last_row;
    logic line_ends, last_line, at_origin;
    logic frame_ends, same_size, good_size, same_core, given;
    logic sized, settled;  // a frame's size has been taken over, and what depends on it
    logic [1:0] settling;
    logic changed;  // `change` as it was before this beat was first offered
    logic passed;  // a beat that comes and belongs to the frame
    logic told;    // long_frame rose after the last frame, or is not to rise
    logic stray, refused;
    logic [COLUMN_BITS-1:0] beats_now;  // of a line of `columns`

    assign settled = settling == '0;
    assign frame_ends = line_ends && last_line;
    assign same_size = sized && columns == frame_columns && rows == frame_rows;
    assign same_core = same_size && !changed;
    assign good_size = columns != '0 && columns <= COLUMN_BITS'(MAX_COLUMNS) && rows != '0;

    assign stray = state == BETWEEN && s_tvalid && !s_tuser;
    assign refused = state == BETWEEN && s_tvalid && s_tuser && !same_size && !good_size;
    assign passed = s_tvalid && ((state == LINE && !s_tuser)
        || (state == BETWEEN && s_tuser && same_core) || (state == SIZED && settled));
    assign m_valid = passed || state == FILL_LINE || state == FILL_FRAME;
    assign m_data = (state == FILL_LINE || state == FILL_FRAME) ? '0 : s_tdata;
    assign given = m_valid && m_ready;
    assign begins = given && (state == BETWEEN || state == SIZED);

    always_comb begin
        next = state;
        s_tready = passed && m_ready;
        case (state)
            BETWEEN: begin
                if (stray || refused) s_tready = 1'b1;
                else if (s_tvalid && !same_core) next = HEAD;
            end
            HEAD: if (!busy) next = SIZED;
            LINE: if (s_tvalid && s_tuser) next = FILL_FRAME;
            DROP: begin
                s_tready = s_tvalid && !s_tuser;
                if (s_tvalid && (s_tuser || s_tlast)) next = at_origin ? BETWEEN : LINE;
            end
            default: ;
        endcase
        if (given) begin
            if (line_ends && passed && !s_tlast) next = DROP;
            else if (frame_ends) next = BETWEEN;
            else if (state == FILL_FRAME) next = FILL_FRAME;
            else if (line_ends) next = LINE;
            else next = (state == FILL_LINE || s_tlast) ? FILL_LINE : LINE;
        end
    end

    assign resize = state == HEAD && !busy;

    always_ff @(posedge clk) begin
        if (rst) begin
            state <= BETWEEN;
            frame_columns <= '0;
            frame_rows <= '0;
            frame_beats <= '0;
            frame_pitch <= COLUMN_BITS'(3);
            sized <= 1'b0;
            at_origin <= 1'b1;
            told <= 1'b1;
            changed <= 1'b0;
        end else begin
            state <= next;
            if (!m_valid || m_ready) changed <= change;
            if (resize) begin
                frame_columns <= columns;
                frame_rows <= rows;
                frame_beats <= beats_now;
                frame_pitch <= beats_now < COLUMN_BITS'(3) ? COLUMN_BITS'(3) : beats_now;
                sized <= 1'b1;
            end
            if (given) at_origin <= frame_ends;
            if (begins) told <= 1'b0;
            else if (stray || refused) told <= 1'b1;
        end
    end

    // Counted down, so that the last beat and the last line are known a beat ahead.
    always_ff @(posedge clk) begin
        settling <= {settling[0], resize};
        last_beat <= frame_beats - 1'b1;
        last_row <= frame_rows - 1'b1;
        if (!settled) begin  // the second time from the new size
            beats_left <= last_beat;
            line_ends <= last_beat == '0;
            rows_left <= last_row;
            last_line <= last_row == '0;
        end else if (given) begin
            beats_left <= line_ends ? last_beat : beats_left - 1'b1;
            line_ends <= line_ends ? last_beat == '0 : beats_left == COLUMN_BITS'(1);
            if (line_ends) begin
                rows_left <= last_line ? last_row : rows_left - 1'b1;
                last_line <= last_line ? last_row == '0 : rows_left == ROW_BITS'(1);
            end
        end
    end

    assign beats_now = (columns + COLUMN_BITS'(PIXELS - 1)) / COLUMN_BITS'(PIXELS);

    always_ff @(posedge clk) begin
        short_line <= !rst && given && passed && s_tlast && !line_ends;
        long_line <= !rst && given && passed && !s_tlast && line_ends;
        short_frame <= !rst && state == LINE && s_tvalid && s_tuser;
        long_frame <= !rst && stray && !told;
        wrong_size <= !rst && refused;
    end

`ifndef SYNTHESIS
    initial begin
        if (BITS < 1) $fatal(1, "%m: BITS must be 1 or more, not %0d", BITS);
        if (PIXELS < 1) $fatal(1, "%m: PIXELS must be 1 or more, not %0d", PIXELS);
        if ((1 << COLUMN_BITS) <= MAX_COLUMNS + PIXELS)
            $fatal(1, "%m: COLUMN_BITS is too small for %0d columns", MAX_COLUMNS);
    end
`endif
endmodule
