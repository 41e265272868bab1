"""The text of the two ends of the core: the video that comes in, and what goes out."""

from collections.abc import Iterator, Sequence

from srq.export.rtl.ports import FAULTS, in_bits, out_bits, whole_bytes
from srq.export.rtl.shape import Shape
from srq.program import Program


def video_in(program: Program, shape: Shape, *, loadable: bool = False) -> Iterator[str]:
    """The stream ``taken``, of frames that are whole; with several clocks a pixel its handshake is
    ``paced``. Where ``pending`` is high, the next frame waits for an empty core."""
    bits, columns = in_bits(program, shape), shape.column_bits
    faults = ", ".join(f".{fault}({fault})" for fault in FAULTS)
    pending = "pending" if loadable else "1'b0"
    if loadable:
        yield "    logic pending;"
    yield f"""\
    logic rst, restart, resize, begins, ends, busy;
    logic [15:0] in_flight, frame_rows;
    logic [{columns - 1}:0] frame_columns, frame_beats, frame_pitch;

    // Frames in the core. It is restarted between two frames of different kind, when it is empty.
    logic begun;  // one did a cycle ago
    always_ff @(posedge aclk) begin
        begun <= !rst && begins;
        busy <= !rst && (begins || begun || in_flight != '0);
        if (rst) in_flight <= '0;
        else in_flight <= in_flight + 16'(begun) - 16'(ends);
    end
    assign rst = !aresetn;
    assign restart = rst || resize;

    // ---- {program.input.name}: the picture that comes in ----
    logic taken_valid, taken_ready;
    logic [{bits - 1}:0] taken_data;
    srq_video_in #(
        .BITS({bits}), .PIXELS({shape.pixels}), .MAX_COLUMNS({shape.max_width}),
        .COLUMN_BITS({columns}), .ROW_BITS(16)
    ) video_in (
        .clk(aclk), .rst(rst), .columns(columns), .rows(rows),
        .s_tvalid(s_axis_tvalid), .s_tready(s_axis_tready), .s_tdata(s_axis_tdata[{bits - 1}:0]),
        .s_tuser(s_axis_tuser), .s_tlast(s_axis_tlast),
        .m_valid(taken_valid), .m_ready(taken_ready), .m_data(taken_data),
        .frame_columns(frame_columns), .frame_beats(frame_beats), .frame_pitch(frame_pitch),
        .frame_rows(frame_rows), .begins(begins), .busy(busy), .change({pending}),
        .resize(resize),
        {faults}
    );"""
    if shape.fold > 1:
        yield f"""\
    logic paced_valid, paced_ready;
    srq_pace #(.FOLD({shape.fold})) pace (
        .clk(aclk), .rst(restart), .s_valid(taken_valid), .s_ready(taken_ready),
        .m_valid(paced_valid), .m_ready(paced_ready)
    );"""


def video_out(program: Program, shape: Shape, lanes: Sequence[str]) -> Iterator[str]:
    """What takes the stream ``out``.

    lanes: where each pixel of a beat is, those of a block one after the other.
    """
    fmt, scale = program.output_value.format.bits, program.scale
    bits = out_bits(program, shape)
    listed = ",\n        ".join(reversed(lanes))
    columns = shape.out_column_bits(scale)
    yield f"""\
    // ---- {program.output.name}: the picture that goes out ----
    logic [{bits - 1}:0] blocks, pixels;
    assign blocks = {{
        {listed}
    }};
    logic offer_pixels, accept_pixels;
    logic [{columns - 1}:0] out_columns, out_beats;
    logic [20:0] out_rows;"""
    if shape.has_raster(scale):
        beat = f"{columns}'({scale})"
        yield f"""\
    srq_raster #(
        .PIXEL_BITS({fmt}), .SCALE({scale}), .PIXELS({shape.pixels}), .MAX_BEATS({shape.max_beats}),
        .COLUMN_BITS({shape.column_bits})
    ) raster (
        .clk(aclk), .rst(restart), .beats(frame_beats),
        .s_valid(offer_out), .s_ready(accept_out), .s_data(blocks),
        .m_valid(offer_pixels), .m_ready(accept_pixels), .m_data(pixels)
    );
    always_ff @(posedge aclk) begin
        out_columns <= {columns}'(frame_columns) * {beat};
        out_beats <= ({columns}'(frame_beats) + {beat} - 1'b1) / {beat};
        out_rows <= 21'(frame_rows) * 21'd{scale};
    end"""
        pixel, lanes_out = fmt, shape.pixels * scale**2
    else:
        yield f"""\
    assign offer_pixels = offer_out;
    assign accept_out = accept_pixels;
    assign pixels = blocks;
    assign out_columns = {columns}'(frame_columns);
    assign out_beats = {columns}'(frame_beats);
    assign out_rows = 21'(frame_rows);"""
        pixel, lanes_out = fmt * scale**2, shape.pixels
    pad = whole_bytes(bits) - bits
    if pad:
        yield f"    assign m_axis_tdata[{bits + pad - 1}:{bits}] = '0;"
    yield f"""\
    srq_video_out #(
        .PIXEL_BITS({pixel}), .PIXELS({lanes_out}), .COLUMN_BITS({columns}), .ROW_BITS(21)
    ) video_out (
        .clk(aclk), .rst(restart), .columns(out_columns), .beats(out_beats), .rows(out_rows),
        .s_valid(offer_pixels), .s_ready(accept_pixels), .s_data(pixels),
        .m_tvalid(m_axis_tvalid), .m_tready(m_axis_tready), .m_tdata(m_axis_tdata[{bits - 1}:0]),
        .m_tuser(m_axis_tuser), .m_tlast(m_axis_tlast), .ends(ends)
    );"""
