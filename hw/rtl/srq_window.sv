// The neighbourhood of every pixel of a frame, with zeros beyond its border.
//
// Contract: takes the beats of frames in raster order, PIXELS pixels of a line in each, `beats` beats a
// line, and gives as many beats. The beat at a place of the frame holds the window of each of its
// pixels: TOP rows above to BOTTOM rows below, LEFT columns before to RIGHT columns after. What lies
// beyond the frame, or beyond `columns`, is 0.
//
// A beat leaves at the earliest BOTTOM * pitch + AFTER + 1 cycles after the beat at its place came in,
// AFTER being RIGHT in whole beats. Frames may follow each other without a gap: the first lines of one
// push out the last ones of another. Where no frame follows, the window goes on by itself. It takes a
// beat every cycle, but for lines of fewer than 3 beats, which take 3 cycles, and the next frame after
// one that is not larger than the delay. `columns`, `beats`, `pitch` and `rows` stay as they are while
// any beat is inside; between a change and the next beat lies a cycle, and `rst` in it or before.
//
// With LATE a beat's `m_data` comes a cycle after its `m_valid` and `m_ready`: a cycle in which beats
// move is known one before, and the enable of everything wide is a register.
module srq_window #(
    parameter int PIXEL_BITS = 8,   // of all values of a pixel, from 1 up
    parameter int PIXELS = 1,       // in a beat, from 1 up
    parameter int TOP = 1,          // how far a window reaches, each from 0 up
    parameter int BOTTOM = 1,
    parameter int LEFT = 1,
    parameter int RIGHT = 1,
    parameter int MAX_BEATS = 1920, // of the longest line, from 3 up
    parameter int COLUMN_BITS = 16, // of `columns`; 2^COLUMN_BITS > MAX_BEATS * PIXELS
    parameter int ROW_BITS = 16,    // of `rows`
    parameter int LATE = 0          // 1: `m_data` comes a cycle after its `m_valid`
) (
    input  logic                   clk,
    input  logic                   rst,      // synchronous; forgets all beats
    input  logic [COLUMN_BITS-1:0] columns,  // pixels of a line
    input  logic [COLUMN_BITS-1:0] beats,    // of a line: ceil(columns / PIXELS)
    input  logic [COLUMN_BITS-1:0] pitch,    // the greater of `beats` and 3
    input  logic [ROW_BITS-1:0]    rows,     // lines of a frame
    input  logic                   s_valid,
    output logic                   s_ready,
    input  logic [PIXELS*PIXEL_BITS-1:0] s_data,  // the leftmost pixel lowest
    output logic                   m_valid,
    input  logic                   m_ready,
    // Pixel after pixel, row after row, column after column, the first lowest.
    output logic [PIXELS*(TOP+1+BOTTOM)*(LEFT+1+RIGHT)*PIXEL_BITS-1:0] m_data
);
    localparam int HIGH = TOP + 1 + BOTTOM;
    localparam int WIDE = LEFT + 1 + RIGHT;
    localparam int BEFORE = (LEFT + PIXELS - 1) / PIXELS;  // beats before and after
    localparam int AFTER = (RIGHT + PIXELS - 1) / PIXELS;
    localparam int WORD = PIXELS * PIXEL_BITS;
    localparam int HELD = BEFORE + AFTER;  // beats of a row beside the one that comes
    localparam int PLACE = $clog2(MAX_BEATS);
    localparam int DELAY = BOTTOM > 0 ? 3 : AFTER;  // as far as it is told apart: 0, 1, 2 or more
    localparam int DELAY_BITS = COLUMN_BITS + $clog2(BOTTOM + 2) + 1;
    localparam int PLACE_BITS = COLUMN_BITS + $clog2(PIXELS + 1) + 1;
    localparam int POSITIONS = PIXELS + LEFT + RIGHT;  // columns that any window of a beat sees

    // ---- What the frame's size says, in registers: right in the second cycle after it changes. ----
    logic [COLUMN_BITS-1:0] last_but_one, last_beat;
    logic [ROW_BITS-1:0] last_row;
    logic [DELAY_BITS-1:0] first_wait;
    always_ff @(posedge clk) begin
        last_but_one <= pitch - COLUMN_BITS'(2);
        last_beat <= beats - 1'b1;
        last_row <= rows - 1'b1;
        first_wait <= DELAY_BITS'(BOTTOM) * DELAY_BITS'(pitch) + DELAY_BITS'(AFTER) - 1'b1;
    end

    // ---- What comes in: its place in the frame, and whether the window advances. What is asked of
    // the place stands in registers beside it, so that `advance` is two lookup tables deep. ----
    logic [COLUMN_BITS-1:0] in_column;  // in beats; from `beats` up it is a gap
    logic [ROW_BITS-1:0] in_row;
    logic at_origin, in_gap, in_line_ends, in_last_row;
    logic move, blocked, step, advance;
    logic active, awaited;

    assign move = m_ready || !m_valid;
    assign blocked = in_gap || (at_origin && awaited);
    assign s_ready = move && !blocked;
    assign step = move && (in_gap || (s_valid && !blocked));
    // Between two frames the window goes on without new beats while it holds any that are due.
    assign advance = move && (s_valid || in_gap || (at_origin && (awaited || active)));

    always_ff @(posedge clk) begin
        if (rst) begin
            in_column <= '0;
            in_row <= '0;
            at_origin <= 1'b1;
            in_gap <= 1'b0;
            in_line_ends <= 1'b0;
        end else if (step) begin
            in_column <= in_line_ends ? '0 : in_column + 1'b1;
            if (in_line_ends) in_row <= in_last_row ? '0 : in_row + 1'b1;
            at_origin <= in_line_ends && in_last_row;
            in_gap <= !in_line_ends && (in_gap || in_column == last_beat);
            in_line_ends <= !in_line_ends && in_column == last_but_one;
        end
        in_last_row <= in_row == last_row;  // a line takes 3 cycles or more
    end

    // ---- What is in the middle: the beat that came BOTTOM lines and AFTER before. `column` and `row`
    // are the place of the one that comes there with the next advance. ----
    logic [DELAY_BITS-1:0] left_to_wait;  // until a frame's first beat is in the middle
    logic due, nearly_due;                // it is 0, it is 1
    logic [COLUMN_BITS-1:0] column;
    logic [ROW_BITS-1:0] row;
    logic line_ends, last_line, shown;    // of that place; a gap is not shown
    logic frame_ends;                     // with the beat in the middle
    logic first, start, next_active;
    logic turn, next_start, place_moves;  // the place after the next is a line's first, a frame's

    assign first = at_origin && !awaited;  // a beat that comes is a frame's first
    assign next_active = start || (active && !frame_ends);
    assign turn = next_start || line_ends;
    generate
        if (DELAY == 0) begin : g_at_once
            assign start = first && s_valid;
            assign next_start = rst || (at_origin ? !step : in_line_ends && in_last_row);
            assign place_moves = advance || at_origin || rst;
        end else begin : g_later
            assign start = awaited && due;
            assign next_start = DELAY == 1 ? first && s_valid : awaited && nearly_due;
            assign place_moves = advance;
        end
    endgenerate

    always_ff @(posedge clk) begin
        if (rst) begin
            awaited <= 1'b0;
            active <= 1'b0;
            m_valid <= 1'b0;
        end else begin
            if (advance) begin
                active <= next_active;
                m_valid <= next_active && shown;
                awaited <= (first && s_valid) ? DELAY != 0 : awaited && !due;
            end else if (m_ready) m_valid <= 1'b0;
        end
        if (advance) begin
            left_to_wait <= first ? first_wait : left_to_wait - 1'b1;
            due <= first ? DELAY == 1 : left_to_wait == DELAY_BITS'(1);
            nearly_due <= first ? DELAY == 2 : left_to_wait == DELAY_BITS'(2);
            frame_ends <= line_ends && last_line;
        end
        if (place_moves) begin
            column <= turn ? '0 : column + 1'b1;
            if (turn) row <= next_start ? '0 : row + 1'b1;
            line_ends <= !turn && column == last_but_one;
            shown <= turn || (shown && column != last_beat);
        end
        last_line <= row == last_row;
    end

    // ---- What moves, and what of it is beyond the frame; with LATE a cycle later. ----
    logic [HIGH*POSITIONS-1:0] is_inside;  // row after row
    logic [HIGH*POSITIONS-1:0] blanked;    // what moves there is beyond the frame
    logic move_all;
    logic [WORD-1:0] incoming;
    generate
        if (LATE != 0) begin : g_late
            always_ff @(posedge clk) begin
                move_all <= advance && !rst;
                incoming <= s_data;
                blanked <= {HIGH * POSITIONS{advance}} & ~is_inside;
            end
        end else begin : g_now
            assign move_all = advance;
            assign incoming = s_data;
            assign blanked = {HIGH * POSITIONS{advance}} & ~is_inside;
        end
    endgenerate

    // ---- The lines: rows[HIGH-1] is what comes in, each above it a line older. ----
    logic [HIGH*WORD-1:0] lines;
    assign lines[(HIGH-1)*WORD+:WORD] = incoming;

    genvar k, i, p;
    generate
        if (HIGH > 1) begin : g_memory
            logic [PLACE-1:0] write_at, read_at, last;
            always_ff @(posedge clk) begin
                last <= PLACE'(pitch - 1'b1);
                if (rst) begin
                    write_at <= '0;
                    read_at <= PLACE'(2);
                end else if (move_all) begin
                    write_at <= write_at == last ? '0 : write_at + 1'b1;
                    read_at <= read_at == last ? '0 : read_at + 1'b1;
                end
            end
            for (k = 0; k < HIGH - 1; k = k + 1) begin : g_line
                srq_line #(
                    .BITS(WORD), .WORDS(MAX_BEATS), .PLACE(PLACE)
                ) line (
                    .clk(clk), .advance(move_all), .write_at(write_at), .read_at(read_at),
                    .d(lines[(k+1)*WORD+:WORD]), .q(lines[k*WORD+:WORD])
                );
            end
        end
    endgenerate

    // ---- Which rows and columns around the next middle are inside the frame, an advance ahead. ----
    // Rows change with a line, of 3 beats or more: what follows is known before it is needed.
    logic [HIGH-1:0] row_first, row_after, row_inside, row_next;
    logic [POSITIONS-1:0] column_first, column_after, column_next;

    assign row_next = next_start ? row_first : line_ends ? row_after : row_inside;
    assign column_next = turn ? column_first : column_after;
    always_ff @(posedge clk) if (place_moves) row_inside <= row_next;

    generate
        for (k = 0; k < HIGH; k = k + 1) begin : g_inside
            always_ff @(posedge clk)
                if (place_moves)
                    is_inside[k*POSITIONS+:POSITIONS] <= column_next & {POSITIONS{row_next[k]}};
            // Whether the line k - TOP from the first one, and from the next, is one of the frame's.
            if (k <= TOP) assign row_first[k] = k == TOP;
            else assign row_first[k] = ROW_BITS'(k - TOP) < rows;
            if (k == TOP || k == TOP - 1) assign row_after[k] = 1'b1;
            else begin : g_after
                logic after;
                if (k < TOP) begin : g_above
                    always_ff @(posedge clk) after <= row >= ROW_BITS'(TOP - k - 1);
                end else begin : g_below
                    always_ff @(posedge clk)
                        after <= {1'b0, row} + (ROW_BITS + 1)'(k - TOP + 1) < {1'b0, rows};
                end
                assign row_after[k] = after;
            end
        end
        for (i = 0; i < POSITIONS; i = i + 1) begin : g_position
            // Whether the column i - LEFT from a line's first, and from the first of the beat after
            // `column`, is one of the line's.
            if (i == LEFT) begin : g_middle
                assign column_first[i] = 1'b1;
                assign column_after[i] = 1'b1;
                if (POSITIONS == 1) begin : g_alone
                    logic unused;
                    assign unused = &{1'b0, columns};
                end
            end else begin : g_beside
                localparam int AHEAD = i + PIXELS - LEFT;  // of the first of the beat at `column`
                logic [PLACE_BITS-1:0] place, bound;       // of that one, and how far it may be
                assign place = PLACE_BITS'(column) * PLACE_BITS'(PIXELS);
                if (AHEAD < 0) begin : g_before
                    always_ff @(posedge clk) bound <= PLACE_BITS'(columns) + PLACE_BITS'(-AHEAD);
                    assign column_after[i] = place >= PLACE_BITS'(-AHEAD) && place < bound;
                end else begin : g_behind
                    always_ff @(posedge clk)
                        bound <= PLACE_BITS'(columns) < PLACE_BITS'(AHEAD)
                            ? '0 : PLACE_BITS'(columns) - PLACE_BITS'(AHEAD);
                    assign column_after[i] = place < bound;
                end
                if (i < LEFT) assign column_first[i] = 1'b0;
                else assign column_first[i] = COLUMN_BITS'(i - LEFT) < columns;
            end
        end
    endgenerate

    // ---- The window: of each row the pixels around the middle. What lies outside is reset, which
    // registers do by themselves, so it takes no logic. ----
    generate
        for (k = 0; k < HIGH; k = k + 1) begin : g_row
            logic [(HELD+1)*WORD-1:0] beside;  // the oldest beat, which is the leftmost, lowest
            if (HELD == 0) assign beside = lines[k*WORD+:WORD];
            else begin : g_held
                logic [HELD*WORD-1:0] held;
                assign beside = {lines[k*WORD+:WORD], held};
                always_ff @(posedge clk) if (move_all) held <= beside[WORD+:HELD*WORD];
            end
            for (i = 0; i < POSITIONS; i = i + 1) begin : g_seen
                logic [PIXEL_BITS-1:0] pixel;
                always_ff @(posedge clk)
                    if (blanked[k*POSITIONS+i]) pixel <= '0;
                    else if (move_all)
                        pixel <= beside[(BEFORE*PIXELS+i-LEFT)*PIXEL_BITS+:PIXEL_BITS];
                for (p = 0; p < PIXELS; p = p + 1) begin : g_pixel
                    if (i >= p && i - p < WIDE)
                        assign m_data[((p*HIGH+k)*WIDE+i-p)*PIXEL_BITS+:PIXEL_BITS] = pixel;
                end
            end
        end
    endgenerate

`ifndef SYNTHESIS
    initial begin
        if (PIXEL_BITS < 1) $fatal(1, "%m: PIXEL_BITS must be 1 or more, not %0d", PIXEL_BITS);
        if (PIXELS < 1) $fatal(1, "%m: PIXELS must be 1 or more, not %0d", PIXELS);
        if (MAX_BEATS < 3) $fatal(1, "%m: MAX_BEATS must be 3 or more, not %0d", MAX_BEATS);
        if ((1 << COLUMN_BITS) <= MAX_BEATS * PIXELS)
            $fatal(1, "%m: COLUMN_BITS is too small for %0d columns", MAX_BEATS * PIXELS);
    end
`endif
endmodule
