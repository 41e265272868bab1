// Proof: srq_axi_lite answers each write and each read once, with what it was told, and keeps an answer
// until it is taken. The host is assumed to keep what it offers; it and the reader may wait at any time.
module axi_lite (
    input wire clk, input wire rst,
    input wire [4:0] awaddr, input wire awvalid, input wire [31:0] wdata, input wire [3:0] wstrb,
    input wire wvalid, input wire bready, input wire [4:0] araddr, input wire arvalid,
    input wire rready, input wire write_fails, input wire read_done, input wire [31:0] read_data,
    input wire read_fails
);
    wire awready, wready, bvalid, arready, rvalid, write, write_whole, read;
    wire [1:0] bresp, rresp;
    wire [31:0] rdata, write_data;
    wire [2:0] write_at, read_at;
    srq_axi_lite #(.ADDRESS_BITS(5)) cell_under_proof (
        .clk(clk), .rst(rst),
        .s_axil_awaddr(awaddr), .s_axil_awvalid(awvalid), .s_axil_awready(awready),
        .s_axil_wdata(wdata), .s_axil_wstrb(wstrb), .s_axil_wvalid(wvalid), .s_axil_wready(wready),
        .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(bready),
        .s_axil_araddr(araddr), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
        .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(rready),
        .write(write), .write_at(write_at), .write_data(write_data), .write_whole(write_whole),
        .write_fails(write_fails),
        .read(read), .read_at(read_at), .read_done(read_done), .read_data(read_data),
        .read_fails(read_fails)
    );
    reg begun = 0, past_rst;
    reg past_aw, past_w, past_ar, past_b, past_r;  // what waits
    reg [4:0] past_awaddr, past_araddr, asked;
    reg [31:0] past_wdata, past_rdata, told;
    reg [3:0] past_wstrb;
    reg [1:0] past_bresp, past_rresp;
    reg owes_b, owes_r, failed, refused, answered;  // of the write and the read under way

    always @(posedge clk) begin
        begun <= 1;
        past_rst <= rst;
        past_aw <= awvalid && !awready;
        past_w <= wvalid && !wready;
        past_ar <= arvalid && !arready;
        past_b <= bvalid && !bready;
        past_r <= rvalid && !rready;
        {past_awaddr, past_wdata, past_wstrb, past_araddr} <= {awaddr, wdata, wstrb, araddr};
        {past_bresp, past_rdata, past_rresp} <= {bresp, rdata, rresp};
        if (rst) begin
            owes_b <= 0;
            owes_r <= 0;
            answered <= 0;
        end else begin
            if (awvalid && awready) begin
                owes_b <= 1;
                failed <= write_fails;
            end else if (bvalid && bready) owes_b <= 0;
            if (arvalid && arready) begin
                owes_r <= 1;
                answered <= 0;
                asked <= araddr;
            end else if (rvalid && rready) owes_r <= 0;
            if (read && read_done) begin
                answered <= 1;
                told <= read_data;
                refused <= read_fails;
            end
        end
    end

    always @* begin
        if (!begun) assume (rst);
        if (begun && !past_rst && past_aw) assume (awvalid && awaddr == past_awaddr);
        if (begun && !past_rst && past_w)
            assume (wvalid && wdata == past_wdata && wstrb == past_wstrb);
        if (begun && !past_rst && past_ar) assume (arvalid && araddr == past_araddr);
        if (begun && !rst) begin
            // Address and word are taken together, and told as they are taken.
            assert ((awvalid && awready) == (wvalid && wready));
            assert (write == (awvalid && awready));
            if (write)
                assert (write_at == awaddr[4:2] && write_data == wdata && write_whole == (wstrb == 15));
            // An answer for each, and none without.
            assert (bvalid == owes_b);
            if (bvalid) assert (bresp == (failed ? 2'b10 : 2'b00));
            if (write) assert (!owes_b || bready);
            assert ((read || rvalid) == owes_r);
            if (read) assert (read_at == asked[4:2] && !answered);
            if (rvalid)
                assert (answered && rdata == told && rresp == (refused ? 2'b10 : 2'b00));
            if (!past_rst && past_b) assert (bvalid && bresp == past_bresp);
            if (!past_rst && past_r) assert (rvalid && rdata == past_rdata && rresp == past_rresp);
        end
    end
endmodule
