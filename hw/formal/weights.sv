// Proof: srq_weights gives each set whole, as it was when it was asked for: every word is the last one
// that was written to its place and answered with OKAY, in order, the weights first. Any one place is
// followed.
module weights (
    input wire clk, input wire rst,
    input wire [5:0] awaddr, input wire valid, input wire [31:0] wdata, input wire [3:0] wstrb,
    input wire bready, input wire [5:0] araddr, input wire arvalid, input wire rready,
    input wire take
);
    localparam integer WEIGHTS = 2;
    localparam integer WORDS = 3;
    wire awready, wready, bvalid, arready, rvalid, pending, copying, load_weight, load_bias;
    wire [1:0] bresp, rresp;
    wire [31:0] rdata, word;
    srq_weights #(.WEIGHTS(WEIGHTS), .BIASES(WORDS - WEIGHTS), .ADDRESS_BITS(6)) cell_under_proof (
        .clk(clk), .rst(rst),
        .s_axil_awaddr(awaddr), .s_axil_awvalid(valid), .s_axil_awready(awready),
        .s_axil_wdata(wdata), .s_axil_wstrb(wstrb), .s_axil_wvalid(valid), .s_axil_wready(wready),
        .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(bready),
        .s_axil_araddr(araddr), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
        .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(rready),
        .pending(pending), .take(take), .copying(copying), .load_weight(load_weight),
        .load_bias(load_bias), .word(word)
    );
    (* anyconst *) reg [1:0] chosen;
    reg begun = 0, past_rst, past_waits, past_taken, past_kept;
    reg [5:0] past_awaddr;
    reg [31:0] past_wdata, written, held;  // written: the word under way; held: that of the place
    reg [3:0] past_wstrb;
    reg known, hits;                       // hits: the write under way goes to the place
    reg [2:0] count;                       // words that have come out of this set
    wire load = load_weight || load_bias;

    always @(posedge clk) begin
        begun <= 1;
        past_rst <= rst;
        past_waits <= valid && !awready;
        past_kept <= pending || copying;
        past_taken <= take && pending && !copying;
        {past_awaddr, past_wdata, past_wstrb} <= {awaddr, wdata, wstrb};
        hits <= valid && awready && awaddr[5] && awaddr[4:2] == chosen;
        written <= wdata;
        if (!begun || (hits && !bvalid)) known <= 0;  // a reset came before the answer
        else if (hits && bresp == 2'b00) begin
            held <= written;
            known <= 1;
        end
        if (rst || (take && pending && !copying)) count <= 0;
        else count <= count + load;
    end

    always @* begin
        assume (chosen < WORDS);
        if (!begun) assume (rst);
        if (begun && past_waits && !past_rst)
            assume (valid && awaddr == past_awaddr && wdata == past_wdata && wstrb == past_wstrb);
        if (begun && !rst && !past_rst) begin
            assert (!(load_weight && load_bias));
            if (hits && past_kept) assert (bresp != 2'b00);  // nothing changes until it is out
            if (past_taken) assert (copying && !pending && !load);
            if (load) begin
                assert (copying && count < WORDS && load_weight == (count < WEIGHTS));
                if (count == chosen && known) assert (word == held);
            end
        end
        if (begun && !rst && past_rst) assert (pending && !copying);
    end
endmodule
