// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target on every file of the folders that are named, without a fuzzer, and on each file cut off anywhere.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

int main(int count, char** folders) {
    std::size_t inputs = 0;
    for (int i = 1; i < count; ++i)
        for (auto const& entry : std::filesystem::directory_iterator(folders[i])) {
            std::ifstream file(entry.path(), std::ios::binary);
            std::string const text{std::istreambuf_iterator<char>(file), {}};
            std::size_t const step = text.size() / 64 + 1;
            for (std::size_t size = text.size();; size -= step) {
                LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(text.data()), size);
                ++inputs;
                if (size < step) break;
            }
        }
    std::printf("%zu inputs\n", inputs);
    return inputs == 0 ? 1 : 0;
}
