// child -- a program that runs as long as a test does; ended with SIGTERM, then SIGKILL, and with the test program
// itself.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace support {

class child {
 public:
  // Standard output can be read with first_line(); standard error goes nowhere.
  explicit child(std::vector<std::string> arguments) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    std::vector<char*> argv;
    for (auto& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(ends[1], 1);
      int const nothing = ::open("/dev/null", O_RDWR);
      ::dup2(nothing, 0);
      ::dup2(nothing, 2);
      ::execvp(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ends[0];
  }
  child(child const&) = delete;
  child& operator=(child const&) = delete;
  ~child() {
    stop();
    if (out_ >= 0) ::close(out_);
  }

  // Empty when none came in time.
  std::string first_line(std::chrono::seconds within = std::chrono::seconds(60)) const {
    auto const end = std::chrono::steady_clock::now() + within;
    std::string line;
    for (char c = 0; std::chrono::steady_clock::now() < end;) {
      pollfd p{out_, POLLIN, 0};
      if (::poll(&p, 1, 100) <= 0) continue;
      if (::read(out_, &c, 1) != 1) return {};
      if (c == '\n') return line;
      line += c;
    }
    return {};
  }
  void signal(int s) const {
    if (pid_ > 0) ::kill(pid_, s);
  }
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    ::kill(pid_, SIGCONT);
    for (int i = 0; i < 40 && ::waitpid(pid_, nullptr, WNOHANG) == 0; ++i) {
      if (i == 20) ::kill(pid_, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

}  // namespace support
