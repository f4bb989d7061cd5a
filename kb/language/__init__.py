"""Text as kb sees it: words as they are matched, where a post is cut, the glossary, Chinese in English words."""
