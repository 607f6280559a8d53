// Another program that this one runs, without a shell, and waits for. What it prints is kept in memory.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace striate {

// An open file that closes itself.
struct OpenFile {
  int number = -1;
  explicit OpenFile(int opened = -1) : number(opened) {}
  ~OpenFile() { close(); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  void close();
};

class ChildProcess {
 public:
  // arguments: the program's path first. `hint`: of the Error that is thrown where it cannot be run. `input`: what it
  // reads as its standard input; -1: nothing.
  ChildProcess(const std::vector<std::string>& arguments, const std::string& hint, int input = -1);
  ~ChildProcess();  // ends it
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  bool wait();                  // true where it says that it has done what it had to
  std::string printed() const;  // on standard output and standard error, up to now

 private:
  pid_t process_ = -1;
  OpenFile printed_;
};

}  // namespace striate
