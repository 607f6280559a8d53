// PixelBuffer: the memory of a picture, as a std::vector in use, but in memory
// of malloc. Why not std::vector: a decoder (stb_image) returns memory of
// malloc, and a picture of 33 megapixels is 100 MB. A PixelBuffer adopts that
// memory as it is; a vector would copy it and need both for a moment.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace striate {

// Owns `size()` values of a plain type. Fresh values are zero. Out of memory:
// std::bad_alloc.
template <typename T>
class PixelBuffer {
  static_assert(std::is_trivially_copyable_v<T>, "pixels are plain numbers");

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  PixelBuffer() = default;
  explicit PixelBuffer(size_t count) { resize(count); }
  PixelBuffer(size_t count, T value) { assign(count, value); }
  PixelBuffer(std::initializer_list<T> values) { assign(values.begin(), values.end()); }
  template <typename Iterator, typename = decltype(*std::declval<Iterator>()),
            typename = std::enable_if_t<!std::is_integral_v<Iterator>>>
  PixelBuffer(Iterator first, Iterator last) {
    assign(first, last);
  }
  PixelBuffer(const std::vector<T>& values) { assign(values.begin(), values.end()); }  // NOLINT: meant to convert
  PixelBuffer(const PixelBuffer& other) { assign(other.begin(), other.end()); }
  PixelBuffer(PixelBuffer&& other) noexcept { swap(other); }
  PixelBuffer& operator=(PixelBuffer other) noexcept {
    swap(other);
    return *this;
  }
  ~PixelBuffer() { std::free(data_); }

  // Takes over `memory`, which malloc, calloc or realloc returned and which
  // holds `count` values.
  static PixelBuffer adopt(T* memory, size_t count) {
    PixelBuffer buffer;
    buffer.data_ = memory;
    buffer.size_ = count;
    return buffer;
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

  void clear() { PixelBuffer().swap(*this); }
  // Keeps the values that fit, the new ones are zero. Large fresh buffers cost
  // nothing until they are touched.
  void resize(size_t count) {
    if (count == size_) return;
    if (count == 0) return clear();
    if (data_ == nullptr) {
      data_ = static_cast<T*>(std::calloc(count, sizeof(T)));
      if (data_ == nullptr) throw std::bad_alloc();
    } else {
      if (count > static_cast<size_t>(-1) / sizeof(T)) throw std::bad_alloc();
      T* grown = static_cast<T*>(std::realloc(data_, count * sizeof(T)));
      if (grown == nullptr) throw std::bad_alloc();
      data_ = grown;
      if (count > size_) std::memset(static_cast<void*>(data_ + size_), 0, (count - size_) * sizeof(T));
    }
    size_ = count;
  }
  void assign(size_t count, T value) {
    clear();
    resize(count);
    if (value == T{}) return;
    for (T& each : *this) each = value;
  }
  template <typename Iterator, typename = std::enable_if_t<!std::is_integral_v<Iterator>>>
  void assign(Iterator first, Iterator last) {
    PixelBuffer fresh;
    size_t count = 0;
    for (Iterator i = first; i != last; ++i) ++count;
    fresh.resize(count);
    T* to = fresh.data_;
    for (; first != last; ++first) *to++ = static_cast<T>(*first);
    swap(fresh);
  }
  void swap(PixelBuffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  friend bool operator==(const PixelBuffer& a, const PixelBuffer& b) {
    return a.size_ == b.size_ && (a.size_ == 0 || std::memcmp(a.data_, b.data_, a.size_ * sizeof(T)) == 0);
  }
  friend bool operator!=(const PixelBuffer& a, const PixelBuffer& b) { return !(a == b); }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace striate
