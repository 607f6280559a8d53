// HD: this function is compiled for the host and for the device. The one macro of kernels/.
#pragma once

#ifdef __CUDACC__
#define HD __host__ __device__
#else
#define HD
#endif
