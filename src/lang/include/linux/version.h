#ifndef __SKEP_LINUX_VERSION_H__
#define __SKEP_LINUX_VERSION_H__

#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))

#endif
