// What the host writes piece after piece is at its place on the device when it is used there.
#include "kernels/staging.h"

#include <gtest/gtest.h>

#include <cstring>
#include <utility>

#include "kernels/elementwise.h"
#include "tests/kernels/on_every_device.h"

namespace striate {

TEST(Staging, pieces_arrive_in_their_order) {
  on_every_device([](Stream& stream) {
    constexpr int64_t kCount = 1000, kPieces = 7;
    Staging made(stream.device(), kCount * static_cast<int64_t>(sizeof(float)), "a test's pieces");
    Staging staging(std::move(made));
    EXPECT_EQ(staging.bytes(), kCount * static_cast<int64_t>(sizeof(float)));
    Buffer<float> place(stream.device(), kCount, "the pieces' place");
    Guarded<float> kept(stream, kPieces * kCount);
    std::vector<float> written;
    for (int piece = 0; piece < kPieces; ++piece) {
      auto* values = static_cast<float*>(staging.next());
      EXPECT_EQ(reinterpret_cast<uintptr_t>(values) % 64, 0u);
      const int64_t count = kCount - piece;
      for (int64_t i = 0; i < count; ++i) {
        values[i] = static_cast<float>(piece * 10000 + i);
        written.push_back(values[i]);
      }
      staging.send(stream, place.data(), count * static_cast<int64_t>(sizeof(float)));
      copy(stream, count, place.data(), kept.data() + static_cast<int64_t>(written.size()) - count);
    }
    std::vector<float> read = kept.read(stream);
    read.resize(written.size());
    EXPECT_EQ(read, written);
  });
}

TEST(Staging, both_pieces_are_memory_of_their_own) {
  on_every_device([](Stream& stream) {
    Staging staging(stream.device(), 64, "a test's pieces");
    Staging empty;
    EXPECT_EQ(empty.bytes(), 0);
    const void *one = staging.next(), *two = staging.next();
    EXPECT_NE(one, two);
    EXPECT_EQ(staging.next(), one);
    empty = std::move(staging);
    EXPECT_EQ(empty.next(), two);
  });
}

}  // namespace striate
