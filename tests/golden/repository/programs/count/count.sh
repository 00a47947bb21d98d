echo "letters: $(($(wc -l <"$1") / $2))"
