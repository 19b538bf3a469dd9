#!/bin/sh
# Ctrl-C while a transfer runs; the program is started again, finds the transfer, and there is one task.
#
#   with-sandbox --task-seconds 4 sh nightly_transfer.sh ./nightly-transfer
set -eu
cd "$HOME"

"$1" >first &
program=$!
until grep -qs task_id nightly.submission; do sleep 0.1; done
kill -INT $program
wait $program
cat first

"$1" >second
cat second
test "$(head -n 1 first)" = "$(head -n 1 second)"
test ! -e nightly.submission
echo "One task"
