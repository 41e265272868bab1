// AXI4-Lite, as a subordinate of 32 bits, to words that are written and read.
//
// Contract: each write that comes is one cycle of `write`, with its word, its place and whether it is
// whole (all four strobes); `write_fails` in that cycle makes its answer SLVERR, else it is OKAY. Each
// read that comes is `read` with its place until `read_done`; the answer is the `read_data` of that
// cycle, SLVERR with `read_fails`. One write and one read are under way at the most. No output depends
// on an input of the same cycle. The two lowest bits of an address are not looked at.
module srq_axi_lite #(
    parameter int ADDRESS_BITS = 12  // of a byte's address, from 3 up
) (
    input  logic                    clk,
    input  logic                    rst,            // synchronous; forgets what is under way
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
    output logic                    write,
    output logic [ADDRESS_BITS-3:0] write_at,       // in words
    output logic [31:0]             write_data,
    output logic                    write_whole,
    input  logic                    write_fails,
    output logic                    read,
    output logic [ADDRESS_BITS-3:0] read_at,        // in words
    input  logic                    read_done,
    input  logic [31:0]             read_data,
    input  logic                    read_fails
);
    localparam logic [1:0] OKAY = 2'b00;
    localparam logic [1:0] SLVERR = 2'b10;

    assign write = s_axil_awready;  // both are taken in this cycle
    assign write_at = s_axil_awaddr[ADDRESS_BITS-1:2];
    assign write_data = s_axil_wdata;
    assign write_whole = &s_axil_wstrb;
    assign s_axil_wready = s_axil_awready;

    always_ff @(posedge clk) begin
        if (rst) begin
            s_axil_awready <= 1'b0;
            s_axil_bvalid <= 1'b0;
        end else begin
            s_axil_awready <= !s_axil_awready && s_axil_awvalid && s_axil_wvalid
                && (!s_axil_bvalid || s_axil_bready);
            if (write) s_axil_bvalid <= 1'b1;
            else if (s_axil_bready) s_axil_bvalid <= 1'b0;
        end
        if (write) s_axil_bresp <= write_fails ? SLVERR : OKAY;
    end

    always_ff @(posedge clk) begin
        if (rst) begin
            s_axil_arready <= 1'b0;
            s_axil_rvalid <= 1'b0;
            read <= 1'b0;
        end else begin
            s_axil_arready <= !s_axil_arready && s_axil_arvalid && !read
                && (!s_axil_rvalid || s_axil_rready);
            if (s_axil_arready) read <= 1'b1;
            else if (read_done) read <= 1'b0;
            if (read && read_done) s_axil_rvalid <= 1'b1;
            else if (s_axil_rready) s_axil_rvalid <= 1'b0;
        end
        if (s_axil_arready) read_at <= s_axil_araddr[ADDRESS_BITS-1:2];
        if (read && read_done) begin
            s_axil_rdata <= read_data;
            s_axil_rresp <= read_fails ? SLVERR : OKAY;
        end
    end

    logic unused;
    assign unused = &{1'b0, s_axil_awaddr[1:0], s_axil_araddr[1:0]};

`ifndef SYNTHESIS
    initial
        if (ADDRESS_BITS < 3) $fatal(1, "%m: ADDRESS_BITS must be 3 or more, not %0d", ADDRESS_BITS);
`endif
endmodule
