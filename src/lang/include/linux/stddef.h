#ifndef __SKEP_LINUX_STDDEF_H__
#define __SKEP_LINUX_STDDEF_H__

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#endif
