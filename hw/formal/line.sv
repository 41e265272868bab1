// Proof: srq_line gives what was written a line ago, for every length from 3 to WORDS and any gaps.
module line #(
    parameter integer WORDS = 5
) (
    input wire clk, input wire advance, input wire [3:0] d
);
    (* anyconst *) reg [2:0] length;
    (* anyconst *) reg [4:0] chosen;  // any cycle with `advance`
    reg [4:0] count = 0;
    reg [2:0] write_at = 0, read_at = 2;
    reg [3:0] data;
    wire [3:0] q;
    srq_line #(.BITS(4), .WORDS(WORDS), .PLACE(3)) cell_under_proof (
        .clk(clk), .advance(advance), .write_at(write_at), .read_at(read_at), .d(d), .q(q)
    );
    always @(posedge clk) if (advance) begin
        count <= count + 1;
        write_at <= write_at == length - 1 ? 0 : write_at + 1;
        read_at <= read_at == length - 1 ? 0 : read_at + 1;
        if (count == chosen) data <= d;
    end
    always @* begin
        assume (length >= 3 && length <= WORDS && chosen < 16);
        if (advance && count == chosen + length) assert (q == data);
    end
endmodule
