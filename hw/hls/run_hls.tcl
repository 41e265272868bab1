# The kernel through Vitis HLS, from 2024.2 on:
#
#   vitis-run --mode hls --tcl run_hls.tcl
#
# and up to 2024.2:
#
#   vitis_hls -f run_hls.tcl [-tclargs KEY=VALUE ...]
#
# The choices stand in settings.tcl. An environment variable such as SRQ_HLS_STEPS=csim goes
# before them, and an argument before both; vitis-run passes no arguments.
#
#   part      SRQ_HLS_PART      the device
#   clock     SRQ_HLS_CLOCK     the period, in ns
#   weights   SRQ_HLS_WEIGHTS   constant, or axilite: loaded over AXI-Lite
#   steps     SRQ_HLS_STEPS     which of csim,csynth,cosim,export, with commas; the last two
#                               need csynth before them
set here [file dirname [file normalize [info script]]]
source [file join $here settings.tcl]
foreach key [array names choice] {
    set variable SRQ_HLS_[string toupper $key]
    if {[info exists env($variable)] && $env($variable) ne ""} {
        set choice($key) $env($variable)
    }
}
set arguments {}
if {[info exists argv] && "-tclargs" in $argv} {
    # The tool's own arguments come first.
    set arguments [lrange $argv [expr {[lsearch -exact $argv -tclargs] + 1}] end]
}
foreach argument $arguments {
    if {![regexp {^(\w+)=(.+)$} $argument - key value] || ![info exists choice($key)]} {
        error "there is no choice $argument; choose [join [lsort [array names choice]] =...,]=..."
    }
    set choice($key) $value
}
if {$choice(weights) ni {constant axilite}} {
    error "weights must be constant or axilite, not $choice(weights)"
}
foreach step [split $choice(steps) ,] {
    if {$step ni {csim csynth cosim export}} {
        error "there is no step $step; choose of csim,csynth,cosim,export"
    }
}

# Sources name each other by relative paths: a folder's path with spaces is in no flag.
set flags "-std=c++14"
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
    }
}
exit
