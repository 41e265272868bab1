// Blocks of SCALE x SCALE pixels to lines in raster order: holds two lines of blocks.
//
// Contract: takes `beats` beats a line, PIXELS blocks in each, and gives each line as SCALE lines of
// ceil(beats / SCALE) beats of SCALE * SCALE * PIXELS pixels, the leftmost lowest. A line's first beat
// leaves at the earliest two cycles after its last block came in. While one line leaves the next one comes in,
// at a beat a cycle both, where SCALE divides `beats`. What lies beyond the line's last block is
// undefined. `beats` stays as it is while any beat is inside; after a change, `rst` comes before the next beat.
module srq_raster #(
    parameter int PIXEL_BITS = 8,
    parameter int SCALE = 2,         // from 2 up
    parameter int PIXELS = 1,        // blocks in a beat, from 1 up
    parameter int MAX_BEATS = 1920,  // of the longest line
    parameter int COLUMN_BITS = 16   // of `beats`
) (
    input  logic                   clk,
    input  logic                   rst,    // synchronous; forgets all beats
    input  logic [COLUMN_BITS-1:0] beats,
    input  logic                   s_valid,
    output logic                   s_ready,
    // Block after block, row after row, pixel after pixel, the first lowest.
    input  logic [PIXELS*SCALE*SCALE*PIXEL_BITS-1:0] s_data,
    output logic                   m_valid,
    input  logic                   m_ready,
    output logic [PIXELS*SCALE*SCALE*PIXEL_BITS-1:0] m_data
);
    localparam int PART = SCALE * PIXEL_BITS;           // a block's row
    localparam int WORD = PIXELS * SCALE * PART;        // a beat
    localparam int WORDS = (MAX_BEATS + SCALE - 1) / SCALE;  // of a bank, for each of the two lines
    localparam int PLACE = $clog2(2 * WORDS);
    localparam int TURN = $clog2(SCALE);

    logic [1:0] full;  // of the two lines
    logic in_half, out_half;
    logic [TURN-1:0] in_bank, out_row, given_row;
    logic [COLUMN_BITS-1:0] in_column;  // of the line, in beats
    logic [COLUMN_BITS-1:0] out_column; // of the beat that leaves, its first block, in beats
    logic [PLACE-1:0] in_place, out_place;  // in the bank's half
    logic write, read, line_in, row_out, line_out;

    assign s_ready = !full[in_half];
    assign write = s_valid && s_ready;
    assign line_in = in_column == beats - 1'b1;
    assign read = full[out_half] && (m_ready || !m_valid);
    assign row_out = out_column + COLUMN_BITS'(SCALE) >= beats;
    assign line_out = row_out && out_row == TURN'(SCALE - 1);

    always_ff @(posedge clk) begin
        if (rst) begin
            full <= 2'b00;
            in_half <= 1'b0;
            out_half <= 1'b0;
            in_bank <= '0;
            in_column <= '0;
            in_place <= '0;
            out_row <= '0;
            out_column <= '0;
            out_place <= '0;
            m_valid <= 1'b0;
        end else begin
            if (write) begin
                in_column <= line_in ? '0 : in_column + 1'b1;
                if (line_in || in_bank == TURN'(SCALE - 1)) begin
                    in_bank <= '0;
                    in_place <= line_in ? '0 : in_place + 1'b1;
                end else in_bank <= in_bank + 1'b1;
                if (line_in) begin
                    full[in_half] <= 1'b1;
                    in_half <= !in_half;
                end
            end
            if (read) begin
                out_column <= row_out ? '0 : out_column + COLUMN_BITS'(SCALE);
                out_place <= row_out ? '0 : out_place + 1'b1;
                if (row_out) out_row <= line_out ? '0 : out_row + 1'b1;
                if (line_out) begin
                    full[out_half] <= 1'b0;
                    out_half <= !out_half;
                end
            end
            if (read) m_valid <= 1'b1;
            else if (m_ready) m_valid <= 1'b0;
        end
        if (read) given_row <= out_row;
    end

    logic [PLACE-1:0] write_at, read_at;
    assign write_at = in_place + (in_half ? PLACE'(WORDS) : '0);
    assign read_at = out_place + (out_half ? PLACE'(WORDS) : '0);

    genvar b, p;
    generate
        for (b = 0; b < SCALE; b = b + 1) begin : g_bank
            logic [WORD-1:0] memory[2*WORDS];
            logic [WORD-1:0] word;
            always_ff @(posedge clk) begin
                if (write && in_bank == TURN'(b)) memory[write_at] <= s_data;
                if (read) word <= memory[read_at];
            end
            for (p = 0; p < PIXELS; p = p + 1) begin : g_block
                logic [SCALE*PART-1:0] block;
                assign block = word[p*SCALE*PART+:SCALE*PART];
                assign m_data[(b*PIXELS+p)*PART+:PART] = block[given_row*PART+:PART];
            end
        end
    endgenerate

`ifndef SYNTHESIS
    initial if (SCALE < 2) $fatal(1, "%m: SCALE must be 2 or more, not %0d", SCALE);
`endif
endmodule
