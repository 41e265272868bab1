# The kernel through Vitis HLS:
#
#   vitis_hls -f run_hls.tcl -tclargs [KEY=VALUE ...]
#
#   part=...      the device         clock=...    the period, in ns
#   weights=...   constant, or axilite: loaded over AXI-Lite
#   steps=...     which of csim,csynth,cosim,export, with commas
source [file join [file dirname [file normalize [info script]]] settings.tcl]
array set choice [list part $default_part clock $default_clock weights constant \
    steps csim,csynth,cosim,export]
# The tool's own arguments come first.
foreach argument [lrange $argv [expr {[lsearch -exact $argv -tclargs] + 1}] end] {
    if {![regexp {^(\w+)=(.+)$} $argument - key value] || ![info exists choice($key)]} {
        error "there is no choice $argument; choose [join [lsort [array names choice]] =...,]=..."
    }
    set choice($key) $value
}
if {$choice(weights) ni {constant axilite}} {
    error "weights must be constant or axilite, not $choice(weights)"
}

set here [file dirname [file normalize [info script]]]
set flags "-std=c++14 -I$here"
if {$choice(weights) eq "axilite"} {
    append flags " -DSRQ_WEIGHTS_AXILITE"
}

open_project -reset "${top}_$choice(weights)"
set_top $top
add_files [file join $here kernel.cpp] -cflags $flags
add_files -tb [file join $here testbench.cpp] -cflags $flags
open_solution -reset solution -flow_target vivado
set_part $choice(part)
create_clock -period $choice(clock) -name default

foreach step [split $choice(steps) ,] {
    switch $step {
        csim { csim_design }
        csynth { csynth_design }
        cosim { cosim_design }
        export { export_design -format ip_catalog -ipname $top }
        default { error "there is no step $step" }
    }
}
exit
