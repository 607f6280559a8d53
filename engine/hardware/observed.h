// The accesses of a kernel, observed: what stands for Plain (kernels/access.h) where a kernel is to tell what it does.
// Pointers and floats become small objects that note every read, write and operation with the line of the source it
// stands in, which an index learns where it is made (__builtin_LINE as a default argument).
//
// A kernel is run thread by thread within each phase. Without a barrier its warps go on, one after the other, up to the
// next one: to that end the block is run again for each warp and stretch between two barriers, and only what belongs to
// them is executed (ObservedBlock::runs). What threads keep from phase to phase lies in the observer, therefore.
#pragma once

#include <limits>
#include <type_traits>

#include "engine/hardware/observer.h"
#include "kernels/summation.h"

namespace striate {

struct CountedFloat {
  float value = 0;
  CountedFloat() = default;
  CountedFloat(float v) : value(v) {}
  CountedFloat& operator+=(CountedFloat b);
};
inline CountedFloat counted(float value) {
  ++Observer::here()->flops;
  return value;
}
inline CountedFloat operator+(CountedFloat a, CountedFloat b) { return counted(a.value + b.value); }
inline CountedFloat operator-(CountedFloat a, CountedFloat b) { return counted(a.value - b.value); }
inline CountedFloat operator*(CountedFloat a, CountedFloat b) { return counted(a.value * b.value); }
inline CountedFloat& CountedFloat::operator+=(CountedFloat b) { return *this = *this + b; }

// Of the program's own filter, which adds up doubles.
struct CountedDouble {
  double value = 0;
  CountedDouble() = default;
  CountedDouble(double v) : value(v) {}
  explicit operator CountedFloat() const { return static_cast<float>(value); }
};
inline CountedDouble counted(double value) {
  ++Observer::here()->flops;
  return value;
}
inline CountedDouble operator+(CountedDouble a, CountedDouble b) { return counted(a.value + b.value); }
inline CountedDouble operator/(CountedDouble a, CountedDouble b) { return counted(a.value / b.value); }
inline CountedDouble add_product(CountedDouble sum, double a, CountedFloat b) {
  return sum + counted(a * static_cast<double>(b.value));
}

// Where in an array, and where in the source that is asked for.
struct Place {
  int64_t at;
  int line;
  Place(int i, int source = __builtin_LINE()) : at(i), line(source) {}
  Place(int64_t i, int source = __builtin_LINE()) : at(i), line(source) {}
};

template <typename T>
struct CountedOf;
template <>
struct CountedOf<float> {
  using Number = CountedFloat;
};
template <>
struct CountedOf<double> {
  using Number = CountedDouble;
};

struct Observed {
  using Value = CountedFloat;
  template <typename T>
  using Number = typename CountedOf<T>::Number;
  struct Four {
    CountedFloat values[4];
    CountedFloat operator[](int i) const { return values[i]; }
  };

  // Pointers. Which array one points into, the observer knows.
  struct In {
    const float* at;
    In(const float* from = nullptr) : at(from) {}
    Value operator[](Place place) const {
      const float* word = at + place.at;
      return Observer::here()->global(word, false, 4, place.line) ? *word : std::numeric_limits<float>::quiet_NaN();
    }
    In operator+(int64_t n) const { return {at + n}; }
    void operator+=(int64_t n) { at += n; }
  };
  struct Integers {
    const int32_t* at;
    Integers(const int32_t* from = nullptr) : at(from) {}
    int32_t operator[](Place place) const {
      const int32_t* word = at + place.at;
      return Observer::here()->global(word, false, 4, place.line) ? *word : 0;
    }
  };
  struct Out {
    float* at;
    Out(float* to = nullptr) : at(to) {}
    struct Word {
      float* word;
      int line;
      operator Value() const {
        return Observer::here()->global(word, false, 4, line) ? *word : std::numeric_limits<float>::quiet_NaN();
      }
      void operator=(Value v) const {
        if (Observer::here()->global(word, true, 4, line)) *word = v.value;
      }
    };
    Word operator[](Place place) const { return {at + place.at, place.line}; }
    Out operator+(int64_t n) const { return {at + n}; }
  };
  // Only kernels of floats are observed.
  template <typename T>
  using From = std::enable_if_t<std::is_same_v<T, float>, In>;
  template <typename T>
  using To = std::enable_if_t<std::is_same_v<T, float>, Out>;

  template <int W>
  struct Floats {
    CountedFloat lanes[W];
    CountedFloat operator[](int i) const { return lanes[i]; }
    static Floats all(CountedFloat value) {
      Floats same;
      for (CountedFloat& lane : same.lanes) lane = value;
      return same;
    }
    static Floats load(const CountedFloat* from) {
      Floats some;
      for (int i = 0; i < W; ++i) some.lanes[i].value = from[i].value;
      return some;
    }
    Floats& operator+=(const Floats& b) {
      for (int i = 0; i < W; ++i) lanes[i] += b.lanes[i];
      return *this;
    }
    friend Floats operator+(Floats a, const Floats& b) { return a += b; }
    // A pack is one float on a GPU.
    friend CountedFloat sum_of(const Floats& a) {
      static_assert(W == 1);
      return a[0];
    }
    // Two operations, rounded as the kernels that run here do it: they may have other instructions than this file.
    friend Floats fma(const Floats& a, const Floats& b, Floats c) {
      static const SummationOrder order = summation_order(Device::emulated());
      Observer::here()->flops += 2 * W;
      for (int i = 0; i < W; ++i) c.lanes[i] = multiply_add(order, a[i].value, b[i].value, c[i].value);
      return c;
    }
  };
  template <int W>
  static Floats<W> load(In from, int line = __builtin_LINE()) {
    Floats<W> result;
    // Value by value: GCC 12.2 ends with an internal error where whole lanes are copied here.
    for (int i = 0; i < W; ++i) result.lanes[i].value = from[Place(i, line)].value;
    return result;
  }
  template <int W>
  static Floats<W> load(Out from, int line = __builtin_LINE()) {
    Floats<W> result;
    for (int i = 0; i < W; ++i) result.lanes[i].value = static_cast<Value>(from[Place(i, line)]).value;
    return result;
  }
  template <int W>
  static void store(const Floats<W>& value, Out to, int line = __builtin_LINE()) {
    for (int i = 0; i < W; ++i) to[Place(i, line)] = value[i];
  }
  template <int W>
  static Floats<W> load_part(In from, int64_t count, int line = __builtin_LINE()) {
    Floats<W> result;
    for (int i = 0; i < W; ++i) {
      if (Observer::here()->branch(i < count, line)) result.lanes[i].value = from[Place(i, line)].value;
    }
    return result;
  }
  template <int W>
  static void store_part(const Floats<W>& value, Out to, int begin, int end, int line = __builtin_LINE()) {
    for (int i = 0; i < W; ++i) {
      if (Observer::here()->branch(i >= begin && i < end, line)) to[Place(i, line)] = value[i];
    }
  }
  static bool when(bool condition, int line = __builtin_LINE()) { return Observer::here()->branch(condition, line); }

  template <int count>
  struct alignas(16) Tile {
    float values[count];
    struct Word {
      float* word;
      int line;
      operator Value() const {
        Observer::here()->shared(word, false, 4, line);
        return *word;
      }
      void operator=(Value v) const {
        Observer::here()->shared(word, true, 4, line);
        *word = v.value;
      }
      // A word assigned to itself is read and written, as the source says.
      // NOLINTNEXTLINE(bugprone-unhandled-self-assignment)
      void operator=(const Word& other) const { *this = static_cast<Value>(other); }
      void operator+=(Value v) const { *this = static_cast<Value>(*this) + v; }
    };
    Word operator[](Place place) { return {values + place.at, place.line}; }
    // From a place on, to be read; and to be written.
    struct Source {
      const float* at;
      Value operator[](Place place) const {
        Observer::here()->shared(at + place.at, false, 4, place.line);
        return at[place.at];
      }
      Source operator+(int n) const { return {at + n}; }
    };
    struct Target {
      float* at;
      Word operator[](Place place) const { return {at + place.at, place.line}; }
    };
    Source operator+(int n) const { return {values + n}; }
    Target operator+(int n) { return {values + n}; }
  };
  template <typename T, int count>
  using Words = std::enable_if_t<std::is_same_v<T, float>, Tile<count>>;

  static Four four(const In& from, int64_t at, int line = __builtin_LINE()) {
    Four result;
    if (!Observer::here()->global(from.at + at, false, 16, line)) return result;
    for (int i = 0; i < 4; ++i) result.values[i] = from.at[at + i];
    return result;
  }
  template <int count>
  static Four four(const Tile<count>& from, int at, int line = __builtin_LINE()) {
    Observer::here()->shared(from.values + at, false, 16, line);
    Four result;
    for (int i = 0; i < 4; ++i) result.values[i] = from.values[at + i];
    return result;
  }
  template <int count>
  static void put_four(Tile<count>& to, int at, const Four& value, int line = __builtin_LINE()) {
    Observer::here()->shared(to.values + at, true, 16, line);
    for (int i = 0; i < 4; ++i) to.values[at + i] = value.values[i].value;
  }
  static void put_four(const Out& to, int64_t at, const Four& value, int line = __builtin_LINE()) {
    if (!Observer::here()->global(to.at + at, true, 16, line)) return;
    for (int i = 0; i < 4; ++i) to.at[at + i] = value.values[i].value;
  }
};

// What a thread keeps from phase to phase, in the observer's memory.
template <typename T>
struct ObservedOwn {
  T* values;
  T& operator[](int thread) const { return values[thread]; }
};

// Stands for Block: runs of a phase what belongs to the warps and the stretch that are asked for.
template <int threads>
struct ObservedBlock {
  int x, y, z;
  Observer* observer;

  template <typename T>
  ObservedOwn<T> own() const {
    return {static_cast<T*>(observer->own(threads * sizeof(T)))};
  }
  bool when(bool condition, int line = __builtin_LINE()) const { return observer->branch(condition, line); }
  template <typename F>
  void phase(const F& f, int line = __builtin_LINE()) const {
    observer->begin_phase(line);
    if (observer->runs()) {
      for (int warp = observer->first_warp(); warp < observer->last_warp(); ++warp) {
        for (int lane = 0; lane < kWarp; ++lane) {
          observer->begin_thread(warp * kWarp + lane);
          f(warp * kWarp + lane);
        }
        observer->end_warp(warp);
      }
    }
    observer->end_phase(line);
  }
  template <typename T>
  void warp_sum(const ObservedOwn<T>& kept) const {
    if (!observer->runs()) return;
    for (int warp = observer->first_warp(); warp < observer->last_warp(); ++warp) {
      for (int apart = kWarp / 2; apart > 0; apart /= 2) {
        for (int lane = 0; lane < apart; ++lane) kept[warp * kWarp + lane] += kept[warp * kWarp + lane + apart];
      }
    }
  }
};

}  // namespace striate
