// A set of weights that waits in a memory until the core takes it over, at a frame's start.
//
// Contract: word n of the set is written at the address 2^(ADDRESS_BITS - 1) + 4 n. Below are registers
// of 32 bits, by their address:
// - 0, read: LAYOUT, which says what the words mean;
// - 4, read: how many words a set has;
// - 8: 1 is written when the set is whole; 1 is read until it has been taken over.
// From that write on `pending` is high. With `take` and `pending`, and without `copying`, the set is
// taken over: from the next cycle on `copying` is high, and all words come out, each in a cycle with
// `load_weight` or `load_bias`, the weights first. Until they have, no word can be written: such a write
// is answered with SLVERR and does nothing, as one of less than a word or beside the set and the third
// register does, and a read beside them. After a reset the set in the memory is `pending`; that is the
// one in the file INIT, or what was written since.
module srq_weights #(
    parameter int WEIGHTS = 12,           // words, from 1 up
    parameter int BIASES = 4,             // words, from 1 up
    parameter int ADDRESS_BITS = 7,       // 2^ADDRESS_BITS >= 8 * (WEIGHTS + BIASES), from 5 up
    parameter bit [31:0] LAYOUT = 32'd0,
    parameter INIT = ""                   // as $readmemh takes it; "" for none
) (
    input  logic                    clk,
    input  logic                    rst,  // synchronous
    input  logic [ADDRESS_BITS-1:0] s_axil_awaddr,
    input  logic                    s_axil_awvalid,
    output logic                    s_axil_awready,
    input  logic [31:0]             s_axil_wdata,
    input  logic [3:0]              s_axil_wstrb,
    input  logic                    s_axil_wvalid,
    output logic                    s_axil_wready,
    output logic [1:0]              s_axil_bresp,
    output logic                    s_axil_bvalid,
    input  logic                    s_axil_bready,
    input  logic [ADDRESS_BITS-1:0] s_axil_araddr,
    input  logic                    s_axil_arvalid,
    output logic                    s_axil_arready,
    output logic [31:0]             s_axil_rdata,
    output logic [1:0]              s_axil_rresp,
    output logic                    s_axil_rvalid,
    input  logic                    s_axil_rready,
    output logic                    pending,
    input  logic                    take,
    output logic                    copying,
    output logic                    load_weight,
    output logic                    load_bias,
    output logic [31:0]             word
);
    localparam int WORDS = WEIGHTS + BIASES;
    localparam int PLACE = ADDRESS_BITS - 3;  // bits of a word's place in the set
    localparam bit [PLACE:0] COUNT = (PLACE + 1)'(1);
    localparam bit [PLACE:0] CONTROL = (PLACE + 1)'(2);
    localparam bit [PLACE:0] END = (PLACE + 1)'(WORDS);
    localparam bit [PLACE-1:0] LAST_WEIGHT = PLACE'(WEIGHTS - 1);
    localparam bit [PLACE-1:0] LAST = PLACE'(WORDS - 1);

    logic write, write_whole, write_fails, read, read_done, read_fails;
    logic [PLACE:0] write_at, read_at;
    logic [31:0] write_data, read_data;

    srq_axi_lite #(.ADDRESS_BITS(ADDRESS_BITS)) bus (
        .clk(clk), .rst(rst),
        .s_axil_awaddr(s_axil_awaddr), .s_axil_awvalid(s_axil_awvalid),
        .s_axil_awready(s_axil_awready),
        .s_axil_wdata(s_axil_wdata), .s_axil_wstrb(s_axil_wstrb),
        .s_axil_wvalid(s_axil_wvalid), .s_axil_wready(s_axil_wready),
        .s_axil_bresp(s_axil_bresp), .s_axil_bvalid(s_axil_bvalid), .s_axil_bready(s_axil_bready),
        .s_axil_araddr(s_axil_araddr), .s_axil_arvalid(s_axil_arvalid),
        .s_axil_arready(s_axil_arready),
        .s_axil_rdata(s_axil_rdata), .s_axil_rresp(s_axil_rresp),
        .s_axil_rvalid(s_axil_rvalid), .s_axil_rready(s_axil_rready),
        .write(write), .write_at(write_at), .write_data(write_data), .write_whole(write_whole),
        .write_fails(write_fails),
        .read(read), .read_at(read_at), .read_done(read_done), .read_data(read_data),
        .read_fails(read_fails)
    );

    logic [31:0] memory[0:WORDS-1];
    logic [PLACE-1:0] at;  // of the word that is copied next
    logic reading;         // words are copied
    logic fetched;         // `word` is the one that is read over the bus
    logic writes_word, writes_control, reads_word, begins;

    // ---- Writes ----
    assign writes_word = write_at[PLACE] && {1'b0, write_at[PLACE-1:0]} < END
        && !pending && !copying;
    assign writes_control = write_at == CONTROL;
    assign write_fails = !write_whole || !(writes_word || writes_control);

    always_ff @(posedge clk) begin
        if (write && write_whole && writes_word) memory[write_at[PLACE-1:0]] <= write_data;
        word <= memory[reading ? at : read_at[PLACE-1:0]];
    end

    // ---- Reads ----
    assign reads_word = read_at[PLACE] && {1'b0, read_at[PLACE-1:0]} < END;
    assign read_done = read && (!reads_word || fetched);
    assign read_fails = !reads_word && read_at > CONTROL;

    always_ff @(posedge clk) fetched <= !rst && read && !read_done && !reading && !write;

    always_comb begin
        if (reads_word) read_data = word;
        else if (read_at == '0) read_data = LAYOUT;
        else if (read_at == COUNT) read_data = 32'(WORDS);
        else read_data = 32'(pending || copying);
        if (read_fails) read_data = '0;
    end

    // ---- Taking a set over ----
    assign copying = reading || load_weight || load_bias;
    assign begins = take && pending && !copying;

    always_ff @(posedge clk) begin
        if (rst) begin
            pending <= 1'b1;
            reading <= 1'b0;
            load_weight <= 1'b0;
            load_bias <= 1'b0;
        end else begin
            if (begins) pending <= 1'b0;
            else if (write && write_whole && writes_control && write_data[0]) pending <= 1'b1;
            if (begins) reading <= 1'b1;
            else if (at == LAST) reading <= 1'b0;
            load_weight <= reading && at <= LAST_WEIGHT;
            load_bias <= reading && at > LAST_WEIGHT;
        end
        at <= reading ? at + 1'b1 : '0;
    end

    generate
        if (INIT != "") begin : g_init
            initial $readmemh(INIT, memory);
        end
    endgenerate

`ifndef SYNTHESIS
    initial begin
        if (WEIGHTS < 1) $fatal(1, "%m: WEIGHTS must be 1 or more, not %0d", WEIGHTS);
        if (BIASES < 1) $fatal(1, "%m: BIASES must be 1 or more, not %0d", BIASES);
        if (ADDRESS_BITS < 5 || (1 << PLACE) < WORDS)
            $fatal(1, "%m: ADDRESS_BITS is too small for %0d words", WORDS);
    end
`endif
endmodule
