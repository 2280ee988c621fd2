"""What people read, in English and German: words, sentences, and terms for codes."""
