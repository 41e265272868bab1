// Proof: srq_window gives, for every pixel of frames that follow each other, what is around it, and
// zeros beyond the frame, for every size up to MAX_ROWS x MAX_BEATS * PIXELS, whatever waits where.
//
// Any one pixel of any one window is followed: which frame, which middle, which place around it.
module window #(
    parameter integer PIXELS = 1,
    parameter integer TOP = 1,
    parameter integer BOTTOM = 1,
    parameter integer LEFT = 1,
    parameter integer RIGHT = 1,
    parameter integer MAX_BEATS = 3,
    parameter integer MAX_ROWS = 2
) (
    input wire clk, input wire rst, input wire s_valid, input wire [PIXELS-1:0] s_data,
    input wire m_ready
);
    localparam integer HIGH = TOP + 1 + BOTTOM;
    localparam integer WIDE = LEFT + 1 + RIGHT;
    (* anyconst *) reg [3:0] columns, rows;
    (* anyconst *) reg [3:0] row, column;  // of the middle
    (* anyconst *) reg [3:0] k, i;         // the place in its window
    (* anyconst *) reg frame;
    wire [3:0] beats = (columns + PIXELS - 1) / PIXELS;
    wire [3:0] pitch = beats < 3 ? 4'd3 : beats;
    wire s_ready, m_valid;
    wire [PIXELS*HIGH*WIDE-1:0] m_data;
    srq_window #(
        .PIXEL_BITS(1), .PIXELS(PIXELS), .TOP(TOP), .BOTTOM(BOTTOM), .LEFT(LEFT), .RIGHT(RIGHT),
        .MAX_BEATS(MAX_BEATS), .COLUMN_BITS(4), .ROW_BITS(4)
    ) cell_under_proof (
        .clk(clk), .rst(rst), .columns(columns), .beats(beats), .pitch(pitch), .rows(rows),
        .s_valid(s_valid), .s_ready(s_ready), .s_data(s_data),
        .m_valid(m_valid), .m_ready(m_ready), .m_data(m_data)
    );

    // Where that pixel is; LEFT and TOP are added, so that nothing is negative.
    wire [4:0] at_row = row + k, at_column = column + i;
    wire inside = at_row >= TOP && at_row < rows + TOP && at_column >= LEFT && at_column < columns + LEFT;
    wire [4:0] real_row = at_row - TOP, real_column = at_column - LEFT;
    wire wanted = s_data[real_column % PIXELS];
    wire got = m_data[((column % PIXELS) * HIGH + k) * WIDE + i];

    reg begun = 0;
    reg [3:0] in_beat, in_row, out_beat, out_row;
    reg [1:0] in_frame, out_frame;
    reg seen, data;
    reg past_rst, past_waits, past_offers;
    reg [PIXELS-1:0] past_s;
    reg [PIXELS*HIGH*WIDE-1:0] past_m;
    wire take = s_valid && s_ready;
    wire give = m_valid && m_ready;
    wire in_ends = in_beat == beats - 1;
    wire out_ends = out_beat == beats - 1;

    always @(posedge clk) begin
        begun <= 1;
        past_rst <= rst;
        past_waits <= s_valid && !s_ready;
        past_s <= s_data;
        past_offers <= m_valid && !m_ready;
        past_m <= m_data;
        if (rst) begin
            {in_beat, in_row, out_beat, out_row, in_frame, out_frame, seen} <= 0;
        end else begin
            if (take) begin
                in_beat <= in_ends ? 0 : in_beat + 1;
                if (in_ends) in_row <= in_row == rows - 1 ? 0 : in_row + 1;
                if (in_ends && in_row == rows - 1) in_frame <= in_frame + 1;
                if (in_frame == frame && in_row == real_row && in_beat == real_column / PIXELS) begin
                    seen <= 1;
                    data <= wanted;
                end
            end
            if (give) begin
                out_beat <= out_ends ? 0 : out_beat + 1;
                if (out_ends) out_row <= out_row == rows - 1 ? 0 : out_row + 1;
                if (out_ends && out_row == rows - 1) out_frame <= out_frame + 1;
            end
        end
    end

    always @* begin
        assume (columns >= 1 && columns <= MAX_BEATS * PIXELS && rows >= 1 && rows <= MAX_ROWS);
        assume (row < rows && column < columns && k < HIGH && i < WIDE);
        if (!begun) assume (rst);
        if (begun) assume (!rst);
        if (begun && past_waits && !past_rst) assume (s_valid && s_data == past_s);
        if (begun && !rst) begin
            if (past_offers && !past_rst) assert (m_valid && m_data == past_m);
            if (give && out_frame == frame && out_row == row && out_beat == column / PIXELS) begin
                if (inside) assert (seen && got == data);
                else assert (!got);
            end
        end
    end
endmodule
