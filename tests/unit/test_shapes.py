"""What the shape and the words of a URL tell."""

import pytest

from crawler import shapes


@pytest.mark.parametrize(
    ("url", "shape"),
    [
        ("https://www.a.org/2019/05/03/slug.html", "a.org/{y}/{n}/{n}/*.html"),
        ("https://a.org/posts/2015-08-lstm/", "a.org/posts/{d}*"),
        ("https://a.org/posts/lstm/index.html", "a.org/posts/*"),
        ("https://a.org/tags/deep-learning/page/2/", "a.org/tags/*/page/{n}"),
        ("https://a.org/?day=3&view=x", "a.org/?day,view"),
        ("https://a.org/57/", "a.org/{n}"),
    ],
)
def test_pages_of_one_kind_have_one_shape(url, shape):
    assert shapes.shape(url) == shape


@pytest.mark.parametrize(
    ("path", "guess"),
    [
        ("/", "archive"), ("/page/3/", "archive"), ("/2019/05/", "archive"), ("/archives/", "archive"),
        ("/posts/", "archive"), ("/index2.html", "archive"),
        ("/tags/rnn/", "list"), ("/category/notes.html", "list"), ("/author/ann/", "list"),
        ("/about/", "aside"), ("/cv.html", "aside"),
        ("/img/x.png", "never"), ("/wp-login.php", "never"), ("/x?replytocom=7", "never"),
        ("/posts/github.com/a/b", "never"),
        ("/search/?q=x", "never"), ("/x/](https://b.org)", "never"),
        ("/posts/attention/", "post"), ("/posts/attention/index.html", "post"), ("/2019/05/03/slug/", "post"),
        ("/articles/CART.html", "post"), ("/57/", "post"),
    ],
)  # fmt: skip
def test_words_in_a_url_say_what_it_may_be(path, guess):
    assert shapes.guess("https://a.org" + path) == guess


def test_posts_teach_their_shape():
    posts = ["https://a.org/p/one/", "https://a.org/p/two/", "https://a.org/odd/three/"]
    patterns = shapes.learn(posts)
    assert patterns == ("a.org/p/*",)
    assert shapes.matches("https://www.a.org/p/four", patterns)
    assert not shapes.matches("https://a.org/q/four", patterns)
