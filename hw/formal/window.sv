// Proof: each beat of srq_window has at each place of its window the pixel that was taken there, and 0
// beyond the frame; for every size up to COLUMNS x ROWS, any gaps and waits, and frames that follow
// each other. Beats are given in order, and none before it was taken.
//
// Any one place of any one beat's window is followed.
module window #(
    parameter integer TOP = 1,
    parameter integer BOTTOM = 1,
    parameter integer LEFT = 1,
    parameter integer RIGHT = 1,
    parameter integer COLUMNS = 3,
    parameter integer ROWS = 2,
    parameter integer LATE = 0
) (
    input wire clk, input wire rst, input wire s_valid, input wire s_data, input wire m_ready
);
    localparam integer HIGH = TOP + 1 + BOTTOM;
    localparam integer WIDE = LEFT + 1 + RIGHT;
    (* anyconst *) reg [2:0] columns, rows;           // of the frames
    (* anyconst *) reg [2:0] frame, row, column;      // of the beat that is followed
    (* anyconst *) reg [2:0] down, right;             // of the place in its window
    wire [2:0] pitch = columns < 3 ? 3'd3 : columns;

    wire s_ready, m_valid;
    wire [HIGH*WIDE-1:0] m_data;
    srq_window #(
        .PIXEL_BITS(1), .TOP(TOP), .BOTTOM(BOTTOM), .LEFT(LEFT), .RIGHT(RIGHT),
        .MAX_BEATS(COLUMNS), .COLUMN_BITS(3), .ROW_BITS(3), .LATE(LATE)
    ) cell_under_proof (
        .clk(clk), .rst(rst), .columns(columns), .beats(columns), .pitch(pitch), .rows(rows),
        .s_valid(s_valid), .s_ready(s_ready), .s_data(s_data),
        .m_valid(m_valid), .m_ready(m_ready), .m_data(m_data)
    );

    // Where the beats that come and go belong, counted from reset.
    reg [2:0] in_frame, in_row, in_column, out_frame, out_row, out_column;
    wire take = s_valid && s_ready;
    wire give = m_valid && m_ready;
    wire [3:0] from_row = row + down;          // TOP too much
    wire [3:0] from_column = column + right;   // LEFT too much
    wire followed = out_frame == frame && out_row == row && out_column == column;
    wire inside = from_row >= TOP && from_row < TOP + rows
        && from_column >= LEFT && from_column < LEFT + columns;
    reg known;  // the pixel at that place was taken
    reg pixel;
    reg begun = 0;
    reg past_rst, past_waits, past_offers;
    reg past_s;
    reg late_check, late_pixel;  // with LATE: the place is at m_data in this cycle, and what is there
    reg [HIGH*WIDE-1:0] past_m;

    always @(posedge clk) begin
        begun <= 1;
        past_rst <= rst;
        past_waits <= s_valid && !s_ready;
        past_s <= s_data;
        past_offers <= m_valid && !m_ready;
        past_m <= m_data;
        late_check <= begun && !rst && m_valid && followed;
        late_pixel <= inside && pixel;
        if (rst) begin
            {in_frame, in_row, in_column, out_frame, out_row, out_column} <= 0;
            known <= 0;
        end else begin
            if (take) begin
                in_column <= in_column == columns - 1 ? 0 : in_column + 1;
                if (in_column == columns - 1) begin
                    in_row <= in_row == rows - 1 ? 0 : in_row + 1;
                    if (in_row == rows - 1) in_frame <= in_frame + 1;
                end
                if (in_frame == frame && in_row + TOP == from_row && in_column + LEFT == from_column)
                begin
                    known <= 1;
                    pixel <= s_data;
                end
            end
            if (give) begin
                out_column <= out_column == columns - 1 ? 0 : out_column + 1;
                if (out_column == columns - 1) begin
                    out_row <= out_row == rows - 1 ? 0 : out_row + 1;
                    if (out_row == rows - 1) out_frame <= out_frame + 1;
                end
            end
        end
    end

    always @* begin
        assume (columns >= 1 && columns <= COLUMNS && rows >= 1 && rows <= ROWS);
        assume (row < rows && column < columns && down < HIGH && right < WIDE);
        if (!begun) assume (rst);
        if (begun && past_waits && !past_rst) assume (s_valid && s_data == past_s);
        if (begun && !rst) begin
            if (m_valid && followed) begin
                if (inside) assert (known);
                if (LATE == 0) assert (m_data[down*WIDE+right] == (inside && pixel));
            end
            if (past_offers && !past_rst) assert (m_valid && (LATE != 0 || m_data == past_m));
        end
        if (begun && LATE != 0 && late_check) assert (m_data[down*WIDE+right] == late_pixel);
    end
endmodule
