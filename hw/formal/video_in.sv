// Proof: srq_video_in keeps a beat that it offers until it is taken, whenever `change` rises, and
// resets the core only while nothing is offered. The sender is assumed to keep what it offers.
module video_in (
    input wire clk, input wire rst, input wire [2:0] columns, input wire [1:0] rows,
    input wire valid, input wire [1:0] data, input wire user, input wire last,
    input wire m_ready, input wire busy, input wire change
);
    wire ready, m_valid, begins, resize;
    wire [1:0] m_data;
    srq_video_in #(.BITS(2), .MAX_COLUMNS(2), .COLUMN_BITS(3), .ROW_BITS(2)) cell_under_proof (
        .clk(clk), .rst(rst), .columns(columns), .rows(rows),
        .s_tvalid(valid), .s_tready(ready), .s_tdata(data), .s_tuser(user), .s_tlast(last),
        .m_valid(m_valid), .m_ready(m_ready), .m_data(m_data), .begins(begins), .busy(busy),
        .change(change), .resize(resize)
    );
    reg begun = 0, past_rst, past_waits, past_offers;
    reg [8:0] past_s;
    reg [1:0] past_m;
    always @(posedge clk) begin
        begun <= 1;
        past_rst <= rst;
        past_waits <= valid && !ready;
        past_offers <= m_valid && !m_ready;
        past_s <= {columns, rows, data, user, last};
        past_m <= m_data;
    end
    always @* begin
        if (!begun) assume (rst);
        if (begun && past_waits && !past_rst)
            assume (valid && {columns, rows, data, user, last} == past_s);
        if (begun && !rst && !past_rst) begin
            if (past_offers) assert (m_valid && m_data == past_m);
            assert (!(resize && m_valid));
        end
    end
endmodule
