#include "pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#define SRQ_FORKS 1
#endif

namespace srq {
namespace {

// The tasks of one call. Shared by its caller and the workers, under the pool's mutex.
struct Call {
  const std::function<void(int)>& task;
  int next;  // task to begin
  int count;
  int running;
  int helpers;  // workers that may still join
  std::exception_ptr failure;
};

class Pool {
 public:
  void run(int count, int threads, const std::function<void(int)>& task) {
    Call call{task, 0, count, 0, std::min(threads, count) - 1, nullptr};
    std::unique_lock<std::mutex> lock(mutex_);
    if (call.helpers > 0) {
      grow(call.helpers);
      calls_.push_back(&call);
      work_.notify_all();
    }
    work_on(call, lock);
    leave(call);
    done_.wait(lock, [&] { return call.running == 0; });
    if (call.failure) std::rethrow_exception(call.failure);
  }

 private:
  void grow(int workers) {
    for (; workers_ < workers; ++workers_) std::thread([this] { serve(); }).detach();
  }

  void serve() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      work_.wait(lock, [this] { return !calls_.empty(); });
      Call& call = *calls_.front();
      if (--call.helpers == 0) calls_.pop_front();
      work_on(call, lock);
    }
  }

  // Tasks of `call` until none is left to begin.
  void work_on(Call& call, std::unique_lock<std::mutex>& lock) {
    ++call.running;
    while (call.next < call.count) {
      const int index = call.next++;
      lock.unlock();
      std::exception_ptr failure;
      try {
        call.task(index);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      if (failure) {
        if (!call.failure) call.failure = failure;
        call.next = call.count;
      }
    }
    if (--call.running == 0) done_.notify_all();
  }

  void leave(Call& call) {
    calls_.erase(std::remove(calls_.begin(), calls_.end(), &call), calls_.end());
  }

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable done_;
  std::deque<Call*> calls_;
  int workers_ = 0;
};

// Never destroyed: its threads wait on it until the process ends.
Pool* pool = nullptr;
std::mutex* pool_mutex = new std::mutex;

Pool& the_pool() {
#ifdef SRQ_FORKS
  static const int registered = pthread_atfork(nullptr, nullptr, [] {
    pool = nullptr;
    pool_mutex = new std::mutex;
  });
  (void)registered;
#endif
  std::lock_guard<std::mutex> lock(*pool_mutex);
  if (!pool) pool = new Pool;
  return *pool;
}

}  // namespace

void run_parallel(int count, int threads, const std::function<void(int)>& task) {
  if (threads <= 1 || count <= 1) {
    for (int i = 0; i < count; ++i) task(i);
    return;
  }
  the_pool().run(count, threads, task);
}

}  // namespace srq
