// SPDX-License-Identifier: Apache-2.0
//
// An AXI4-Stream beat with its side channels, for our C simulation: the names that the vendor's
// header gives them. Under a vendor's tool its own header of this name is used.
#ifndef SRQ_SIM_AP_AXI_SDATA_H
#define SRQ_SIM_AP_AXI_SDATA_H

#include <ap_int.h>

template <int DATA, int USER, int ID, int DEST> struct ap_axiu {
    ap_uint<DATA> data;
    ap_uint<(DATA + 7) / 8> keep;
    ap_uint<(DATA + 7) / 8> strb;
    ap_uint<USER> user;
    ap_uint<1> last;
    ap_uint<ID> id;
    ap_uint<DEST> dest;
};

#endif
