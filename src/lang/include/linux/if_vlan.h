// VLAN tags (IEEE 802.1Q). The kernel keeps struct vlan_hdr to itself; programs declare it, so it is here.

#ifndef __SKEP_LINUX_IF_VLAN_H__
#define __SKEP_LINUX_IF_VLAN_H__

#include <linux/types.h>

#define VLAN_HLEN 4
#define VLAN_PRIO_MASK 0xe000
#define VLAN_PRIO_SHIFT 13
#define VLAN_CFI_MASK 0x1000
#define VLAN_VID_MASK 0x0fff

#endif
