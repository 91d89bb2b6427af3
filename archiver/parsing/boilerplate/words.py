"""The words of boilerplate: headings of what follows an article, buttons, counters, ratings, clocks.

All of them are held against whole lines: within a sentence the same words are text.
"""

import re

_AROUND = r"[\W_]*"


def whole_line(*words: str) -> re.Pattern[str]:
    """Compile words that make up a whole line, whatever signs stand around them."""
    return re.compile(rf"{_AROUND}(?:{'|'.join(words)})(?!\w){_AROUND}", re.IGNORECASE)


_ARTICLES = r"(?:các |những )?(?:tin|bài|thông tin)(?: viết| tức| bài| tin)?"
# Headings of what follows an article: other articles, comments, ratings.
END = whole_line(
    rf"{_ARTICLES} (?:liên quan|khác|(?:mới|cũ) hơn|mới(?: nhất)?|trước đó|nổi bật|(?:đọc|xem) nhiều)",
    rf"{_ARTICLES} (?:tiêu điểm|đã (?:đưa|đăng)|cùng (?:chuyên mục|chủ đề|loại|thể loại|danh mục))",
    r"cùng (?:chuyên mục|chủ đề|danh mục)|(?:có thể )?bạn (?:có thể )?quan tâm|(?:đọc|xem) nhiều(?: nhất)?",
    r"(?:gửi |viết )?(?:ý kiến|bình luận|phản hồi)(?: của bạn| bạn đọc| của bạn đọc| facebook| \(\d+\))?",
    r"theo dòng sự kiện|tin tiếp theo|trang trước|trang sau|bạn đánh giá .*|xếp hạng.*",
    r"(?:click để )?đánh giá bài viết.*|tổng số điểm của bài viết.*",
    r"related(?: (?:articles?|posts?|news|stories|items|content|links))?|you may also like|read (?:also|more|next)",
    r"(?:\d+ )?comments?(?: \(\d+\))?|leave a (?:reply|comment)|more from .*|recent (?:posts|news|comments)",
    r"(?:more|other|latest) (?:news|articles?|posts?|stories)|most (?:read|viewed|popular)|(?:share|like) this:?",
    r"(?:previous|next)(?: (?:article|post))?|post navigation|trending(?: .*)?|popular(?: .*)?|archives?",
    r"相关(?:文章|新闻|阅读|链接|报道|推荐).*|相關(?:文章|新聞|閱讀|連結).*|[上下]一[篇条條页].*|热门.*|推荐(?:阅读|文章|新闻).*",
    r"评论(?:\(\d+\))?|最新(?:文章|新闻|评论|报道)|猜你喜欢|延伸阅读|网友评论",
    r"читайте также:?.*|похожие .*|(?:другие )?новости(?: .*)?|комментари(?:и|й|я|ев)(?: .*)?|по теме:?",
    r"самое читаемое.*",
    r"(?:\d+ )?kommentare?(?: .*)?|ähnliche .*|weitere .*|verwandte .*|beitrags-?navigation|neueste .*",
    r"das könnte (?:sie|dich) .*|schlagwörter|teilen:?|gefällt mir:?",
    r"(?:articoli|post) correlati.*|potrebbe(?:ro)? interessarti.*|ti potrebbe .*|leggi anche.*|commenti(?: .*)?",
    r"(?:navigazione|articolo) .{0,12}(?:articoli|precedente|successivo)",
    r"artículos relacionados.*|noticias relacionadas.*|(?:te|le) puede interesar.*|comentarios?(?: .*)?|lea también.*",
    r"baca juga.*|(?:berita|artikel) (?:terkait|lainnya|terbaru|populer).*|komentar(?: .*)?|ter(?:kini|populer).*",
    r"관련 ?(?:기사|뉴스|글).*|댓글.*|ข่าวที่เกี่ยวข้อง.*|บทความที่เกี่ยวข้อง.*|ความคิดเห็น.*",
)

# Buttons, and other words that are printed beside every article of a site.
_BUTTONS = (
    r"chia sẻ(?: .{0,20})?|in(?: bài(?: viết)?| trang(?: này)?| ấn)?|bản in|gửi(?: email| bài viết| mail)?",
    r"gửi cho bạn bè|(?:đọc|nghe)(?: đọc)?(?: bài)?(?: viết)?|lưu(?: (?:bài|tin|trang).*)?|phóng to|thu nhỏ",
    r"(?:xem với |chọn |xem )?cỡ chữ.{0,12}|quay lại|trở (?:về|lại).{0,12}|(?:lên|về) đầu trang|tương phản",
    r"zalo|thích|tweet(?:er)?|facebook|twitter|linkedin|pinterest|whatsapp|telegram|google\+?|[a|+\-\s]{1,12}",
    r"đăng ký|đăng nhập|xem thêm|xem tiếp|chi tiết|tải về|từ kh(?:óa|oá).*|thẻ|chuyên mục|danh mục|thể loại",
    r"print(?: this.*)?|(?:send )?e-?mail(?: this.*)?|share(?: (?:this|on) .{0,20})?|pdf|save|copy link|like",
    r"back(?: to .*)?|bookmark|rss|tags?|categor(?:y|ies)|views?|posted(?: in)?",
    r"分享到?.{0,6}|打印.{0,8}|关闭.{0,8}|收藏.{0,4}|返回.{0,6}|【.{1,10}】|字体.{0,12}",
    r"печать|поделиться.*|drucken|stampa|condividi.*|imprimir|compartir.*|bagikan.*|cetak",
)
TOOL = re.compile(rf"{_AROUND}(?:{'|'.join(_BUTTONS)})?[\W_\d]*", re.IGNORECASE)


_NUMBER = r"[(\[]?\d[\d.,]*\s?(?:k|m|n|tr)?\+?[)\]]?"
_JOIN = r"[\s|/•·,:;–—-]*"


def _made_of(*words: str) -> re.Pattern[str]:
    """Compile a line made of nothing but some words, numbers and signs, with one of the words at least."""
    one = rf"(?:{'|'.join(words)})(?!\w)"
    return re.compile(rf"{_AROUND}(?:{_NUMBER}{_JOIN})?{one}(?:{_JOIN}(?:{one}|{_NUMBER}))*{_AROUND}", re.IGNORECASE)


_SHARE = (
    (
        r"chia sẻ(?: (?:bài viết|bài|tin|ngay|lên|qua|trên))*(?: này)?(?: với bạn bè)?|lượt (?:chia sẻ|thích)|"
        r"thích|quan tâm"
    ),
    (
        r"shar(?:e|es|ed|ing)(?: (?:this|on|via|with friends|article|post))*|likes?|tweets?|pin it|"
        r"follow(?: us)?(?: on)?"
    ),
    (
        r"facebook|twitter|x|zalo|messenger|linkedin|pinterest|whatsapp|telegram|google\+?|viber|email|print|"
        r"copy(?: link)?"
    ),
    r"分享(?:到|至)?|微信|微博|поделиться|teilen|condividi|compartir|partager|bagikan|공유|แชร์",
)
_TOOLS = (
    (
        r"in (?:bài(?: viết)?|trang(?: này)?|ấn)|bản in|(?:gửi|lưu|nghe|đọc) (?:e-?mail|mail|bài(?: viết)?|tin|"
        r"trang)(?: này)?"
    ),
    (
        r"gửi cho bạn bè|(?:xem với |chọn |xem )?cỡ chữ|phóng to|thu nhỏ|quay lại|trở (?:về|lại)|(?:lên|"
        r"về) đầu trang|báo lỗi"
    ),
    (
        r"theo dõi (?:chúng tôi )?(?:trên|qua) .{1,30}|tương phản|print(?: this(?: page| article)?)?|"
        r"(?:send )?e-?mail(?: this)?"
    ),
    (
        r"save(?: article)?|bookmark|copy link|back to top|font size|text size|report(?: an?)? (?:error|issue)|"
        r"listen(?: to .{1,20})?"
    ),
    r"打印(?:本页)?|关闭(?:窗口)?|收藏|返回(?:顶部)?|字体|печать|drucken",
    r"stampa|imprimir|imprimer|cetak|인쇄|a[+-]?(?: a[+-]?)*",
)
_COMMENTS = (
    r"(?:ý kiến|bình luận|phản hồi)(?: của bạn| bạn đọc)?|(?:gửi|viết|xem|đọc) (?:ý kiến|bình luận|phản hồi)",
    (
        r"comments?|leave a (?:reply|comment)|no comments(?: yet)?|评论|комментари(?:и|ев|й|я)|kommentare?|"
        r"comentarios?|댓글"
    ),
)
_RATING = (
    (
        rf"(?:điểm )?(?:đánh giá|xếp hạng|bình chọn|rat(?:e|ed|ing)|average|score|bewertung|评分|оценка)[^.!?]{{0,40}}?"
        rf"{_JOIN}\d(?:[.,]\d+)?(?: ?/ ?\d+| trên \d+| of \d+| sao| stars?| ★).{{0,60}}"
    ),
    r"\d(?:[.,]\d+)? ?/ ?(?:5|10)\b.{0,12}(?:đánh giá|phiếu|lượt|votes?|ratings?|sao|stars?).{0,30}",
    rf"{_NUMBER} (?:lượt |phiếu )?(?:đánh giá|bình chọn|votes?|ratings?|reviews?)",
    r"[^\w]{0,3}[★☆⭐✩✭]{2}.{0,40}|(?:bạn )?đánh giá(?: bài viết| của bạn)?(?: này)?|rate this(?: article| post)?",
)
SHARE_LINE, TOOL_LINE, COMMENT_LINE = _made_of(*_SHARE), _made_of(*_TOOLS), _made_of(*_COMMENTS)
RATING_LINE = re.compile(rf"{_AROUND}(?:{'|'.join(_RATING)}){_AROUND}", re.IGNORECASE)
TAG_LINE = re.compile(
    r"\W*(?:tags?|từ kh(?:óa|oá)|thẻ|keywords?|schlagwörter|etiquetas|теги|标签|關鍵字|关键词|태그) ?[:：] ?.{1,300}",
    re.IGNORECASE,
)
# A clock says that it is one, or shows seconds.
_DAY = (
    r"(?:(?:thứ \w+|chủ nhật|t[2-7]|cn|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\W{1,3})?(?:ngày )?"
    r"\d{1,4} ?(?:[/.-]|tháng|年) ?\d{1,2} ?(?:[/.-]|,? ?năm|月) ?\d{2,4}日?"
)
_TIME = r"\d{1,2} ?[:h] ?\d{2}(?: ?: ?\d{2})?(?: ?[ap]m)?(?: ?\(?(?:gmt|utc)?[+-]\d{1,2}(?::\d{2})?\)?)?"
_CLOCK = (
    r"(?:hôm nay|bây giờ|hiện tại|giờ hiện tại|thời gian hiện tại|"
    r"today|now|current (?:time|date)|今天|现在|сегодня|heute|hoy)"
)
CLOCK_LINE = re.compile(
    rf"\W*(?:{_CLOCK}(?: là)? ?[:：,-]? ?(?:{_DAY}(?:\W{{1,3}}{_TIME})?|{_TIME}(?:\W{{1,3}}{_DAY})?)"
    rf"|{_DAY}\W{{1,3}}\d{{1,2}}:\d{{2}}:\d{{2}}(?: ?[ap]m)?|\d{{1,2}}:\d{{2}}:\d{{2}}(?: ?[ap]m)?\W{{1,3}}{_DAY})\W*",
    re.IGNORECASE,
)
ADVERT_LINE = re.compile(
    r"\W*(?:quảng cáo|tài trợ|(?:nội dung |bài viết )?được tài trợ|"
    r"advertis(?:ement|ing)|sponsored(?: by .{1,40}| content)?|anzeige|"
    r"publicidad|реклама|广告|廣告|iklan|광고)\W*",
    re.IGNORECASE,
)
REPLY_LINE = whole_line(
    r"trả lời|phản hồi|gửi(?: bình luận)?|báo cáo|thích|reply|report|like|回复|ответить|antworten|responder|balas|답글"
)
ACCEPT = whole_line(
    r"(?:tôi )?(?:đồng ý|chấp nhận|hiểu rồi|đã hiểu)(?: tất cả)?",
    r"(?:i )?(?:accept|agree|allow)(?: all)?(?: cookies)?|got it|ok(?:ay)?",
    r"同意|接受|принять|akzeptieren|accept(?:er|ar)|aceptar|setuju|동의",
)
ABOUT_CONSENT = re.compile(
    r"cookie|bánh quy|dữ liệu cá nhân|riêng tư|privacy|consent|datenschutz|隐私|конфиденциальн", re.IGNORECASE
)
