// Proof: srq_fork offers each reader every beat until that reader has taken it, and not again; a beat
// leaves when all readers have it. Readers are free to wait at any time.
module fork_ #(
    parameter integer READERS = 3
) (
    input wire clk, input wire rst, input wire s_valid, input wire [READERS-1:0] m_ready
);
    wire s_ready;
    wire [READERS-1:0] m_valid;
    srq_fork #(.READERS(READERS)) cell_under_proof (
        .clk(clk), .rst(rst), .s_valid(s_valid), .s_ready(s_ready), .m_valid(m_valid),
        .m_ready(m_ready)
    );
    reg begun = 0, past_waits;
    reg [READERS-1:0] have;  // the beat that is offered now
    always @(posedge clk) begin
        begun <= 1;
        past_waits <= !rst && s_valid && !s_ready;
        have <= rst || (s_valid && s_ready) ? 0 : have | (m_valid & m_ready);
    end
    always @* begin
        if (!begun) assume (rst);
        if (begun && past_waits) assume (s_valid);
        if (begun && !rst) begin
            assert (m_valid == ({READERS{s_valid}} & ~have));
            if (s_valid) assert (s_ready == &(have | m_ready));
        end
    end
endmodule
