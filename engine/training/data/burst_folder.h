// A folder with a folder of pictures for each class, most of them taken in bursts: many pictures within seconds, which
// resemble each other like twins. A network that has learned from one of them is judged too well by another, so that
// splits keep a burst whole (split.h). The names of the files say which burst a picture is of, wherever the folder
// goes:
//
//   cup/burst-003-012.png   picture 12 of burst 3 of class "cup", both from 0
//   cup/anything.jpg        a picture that is of no burst
//
// BurstFolder changes such a folder: classes and bursts come and go. What is taken away lies in .removed until the
// object is gone, so that every removal can be undone: keep() brings back what text() said before. A class may be a
// link to a folder from elsewhere, which is never written to.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace striate {

// 3 of "burst-003-012.png", in whatever folder; none of any other name.
std::optional<int> burst_of_file(std::string_view path);

struct Burst {
  int number = 0;
  std::vector<std::string> files;  // whole paths, in their order
};

struct BurstClass {
  std::string name;
  std::string link;  // the folder from elsewhere that it is; empty: none
  std::vector<Burst> bursts;
  int64_t others = 0;  // pictures of no burst
  int64_t pictures() const;
};

class BurstFolder {
 public:
  static constexpr int kMostPictures = 200;  // of a burst

  // A folder that is there, with what is in it. Throws Error: there is none, it can't be listed.
  explicit BurstFolder(const std::string& folder);
  // An empty one in the system's folder for temporary files, which goes with the object. Throws Error.
  BurstFolder();
  ~BurstFolder();
  BurstFolder(const BurstFolder&) = delete;
  BurstFolder& operator=(const BurstFolder&) = delete;

  const std::string& path() const { return path_; }
  bool temporary() const { return temporary_; }
  const std::vector<BurstClass>& classes() const { return classes_; }  // in the order of their names
  const BurstClass* find(std::string_view name) const;                 // null: there is none
  const BurstClass& need(std::string_view name) const;                 // throws Error
  int64_t pictures() const;
  int64_t bursts() const;
  // Counts up with every change that a data set of it sees.
  uint64_t revision() const { return revision_; }
  // What stands in the way of learning from it: too few classes, one without pictures. Throws it as Error.
  void check_whole() const;

  static void check_name(const std::string& name);  // throws Error: it can't be a folder's
  // Throws Error: a name that is no folder's, one that is there.
  void add_class(const std::string& name);
  // A class for a folder of pictures, or one for each folder in a folder of classes. Throws Error: no pictures in it.
  void link(const std::string& folder);
  // Throws Error: it has pictures that were not taken here.
  void remove_class(const std::string& name);
  // Throws Error.
  void remove_burst(const std::string& name, int number);

  // The number of a burst that begins now. Throws Error: no such class, a link.
  int begin_burst(const std::string& name);
  std::string file_name(const std::string& name, int burst, int picture) const;
  // Such a file was written. False: its class is gone, and so is the file.
  bool took(const std::string& name, int burst, const std::string& file);
  void changed() { ++revision_; }

  // What there is, for keep(): "cup:0,1|pens:|spoons=", with = behind links.
  std::string text() const;
  // Brings classes and bursts back that were taken away, and takes away what the text does not name. Throws Error: what
  // it names is nowhere; then as much as there is has come back.
  void keep(const std::string& text);

  // Bursts and links of another folder behind those of this one. Throws Error: a file can't be copied.
  void take_over(const BurstFolder& other);

 private:
  void read();
  std::string removed(const std::string& name) const { return path_ + "/.removed/" + name; }
  BurstClass& of(std::string_view name);
  void move_burst(const std::string& name, int number, bool back);
  void sort();

  std::string path_;
  bool temporary_ = false;
  std::vector<BurstClass> classes_;
  std::map<std::string, std::string> links_;  // all that there were, by class
  uint64_t revision_ = 1;
};

}  // namespace striate
