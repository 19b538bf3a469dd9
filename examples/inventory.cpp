// SPDX-License-Identifier: Apache-2.0
// A list of all that is in a collection, as CSV, however much that is: each directory is asked for when its turn comes,
// and no more than one is in memory.
//
//   export GLOBUS_CLIENT_ID=... GLOBUS_CLIENT_SECRET=...   # a confidential app that may read the collection
//   export GLOBUS_SOURCE=...                               # its id
//   inventory [directory] > inventory.csv
#include <globus/app.hpp>
#include <globus/services/transfer.hpp>

#include "setting.hpp"

#include <cstddef>
#include <exception>
#include <iomanip>
#include <iostream>

int main(int argc, char** argv) try {
    using namespace globus;

    ClientApp const app{Confidential{setting("GLOBUS_CLIENT_ID"), setting("GLOBUS_CLIENT_SECRET")},
                        {.app_name = "globus-cpp inventory"}};
    auto const transfer = app.client<TransferService>();

    std::cout << "path,type,size,last_modified\n";
    std::size_t count = 0;
    for (FileEntry const& entry :
         transfer.recursive_ls({.endpoint_id = setting("GLOBUS_SOURCE"), .path = argc > 1 ? argv[1] : "/"})) {
        std::cout << std::quoted(entry.path, '"', '"') << ',' << entry.type << ',' << entry.size << ','
                  << entry.last_modified << '\n';
        if (++count % 1000 == 0) std::cerr << '\r' << count << " entries" << std::flush;
    }
    std::cerr << '\r' << count << " entries\n";
    return std::cout.flush() ? 0 : 1;
} catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
