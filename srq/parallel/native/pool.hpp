// Threads that wait for work. One pool serves the whole process; it is made when first used, and
// again in a forked child, whose threads are gone.
#pragma once

#include <functional>

namespace srq {

// Calls task(0) to task(count - 1), each once, on up to `threads` threads, the caller's among
// them, and returns when all are done. Throws what a task threw first. May be called from many
// threads at once.
void run_parallel(int count, int threads, const std::function<void(int)>& task);

}  // namespace srq
