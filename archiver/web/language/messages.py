"""What the pages say, in Vietnamese and English."""

from typing import Literal

from archiver.web.language.case_messages import CASE_MESSAGES
from archiver.web.language.word_names import WORDS

Language = Literal["vi", "en"]
LANGUAGES: dict[Language, str] = {"vi": "Tiếng Việt", "en": "English"}

# Key -> Vietnamese, English. Names in braces are filled in. A count of 1 is said by KEY_one where there is such a key.
MESSAGES: dict[str, tuple[str, str]] = {
    "name": ("Kho lưu trữ tin tức", "News archive"),
    "skip": ("Đến nội dung chính", "Skip to content"),
    "home": ("Trang đầu", "Home"),
    "articles": ("Bài viết", "Articles"),
    "runs": ("Các lần thu thập", "Runs"),
    "tables": ("Bảng và SQL", "Tables and SQL"),
    "tables_back": ("← Về trang đọc tin", "← Back to the articles"),
    "menu": ("Mục chính", "Main menu"),
    "language": ("Ngôn ngữ", "Language"),
    "footer": (
        "Bản lưu chỉ để đọc. Giờ ghi theo múi giờ của từng trang.",
        "A read-only archive. Times are those of each site's own zone.",
    ),
    # the front page
    "changes": ("Thay đổi mới nhất", "Latest changes"),
    "changes_none": (
        "Chưa thấy bài nào thay đổi. Thay đổi hiện ra từ lần thu thập thứ hai; hãy chạy archiver crawl mỗi ngày.",
        "No article has changed yet. Changes show from the second crawl on; run archiver crawl every day.",
    ),
    "changes_all": ("Mọi bài đã thay đổi", "All articles that changed"),
    "changes_older": ("Thay đổi cũ hơn", "Older changes"),
    "changes_newest": ("Về thay đổi mới nhất", "Back to the latest changes"),
    "changes_end": ("Không còn thay đổi nào cũ hơn.", "There are no older changes."),
    "changes_none_such": (
        "Không có thay đổi nào như vậy. Hãy bỏ bớt điều kiện lọc, hoặc tìm trong các bài viết.",
        "There is no such change. Take a filter away, or search the articles.",
    ),
    "search_articles": ("Tìm trong các bài viết", "Search the articles"),
    "kinds": ("Loại thay đổi", "Kinds of changes"),
    "kinds_usual": ("Mọi thay đổi", "All changes"),
    "kinds_all": ("Kể cả bài mới", "With new articles"),
    "kinds_removed": ("đã gỡ hoặc có vẻ đã gỡ", "gone, or seems gone"),
    "filter_changes": ("Lọc theo từ, trang, ngày", "Filter by words, site, days"),
    "with_words": ("Bài có các từ", "Articles with the words"),
    "seen_since": ("Thấy từ ngày", "Seen from"),
    "day_form": ("27/04/2018", "27 Apr 2018"),
    "feed_of_these": ("Nguồn tin Atom của danh sách này", "Atom feed of this list"),
    "feed_changes_of": ("Thay đổi của các bài này", "Changes of these articles"),
    "new_all": ("Mọi bài mới", "All new articles"),
    "see_change_more": ("Xem thay đổi này và {count} chỗ khác", "See this and {count} other places"),
    "see_change_more_one": ("Xem thay đổi này và 1 chỗ khác", "See this and 1 other place"),
    "failing": (
        "{site}: từ {since} việc thu thập không thành, nên thay đổi từ đó có thể còn thiếu.",
        "{site}: runs have not ended well since {since}, so changes since then may be missing.",
    ),
    "failing_why": ("Xem lý do", "See why"),
    "trouble": (
        "{count} lần thu thập gần nhất không thành, từ {since}.",
        "The last {count} runs did not end well, since {since}.",
    ),
    "trouble_one": (
        "Lần thu thập gần nhất không thành: {since}.",
        "The last run did not end well: {since}.",
    ),
    "trouble_longer": (
        "{count} lần thu thập gần nhất không thành, từ trước {since}.",
        "The last {count} runs did not end well, since before {since}.",
    ),
    "trouble_well": ("Lần tốt gần nhất bắt đầu {at}.", "The last good one began {at}."),
    "trouble_times": ("({count} lần như vậy)", "({count} such cases)"),
    "trouble_unknown": (
        "Kho không ghi lý do; hãy xem nhật ký trong thư mục logs bên cạnh kho.",
        "The archive has no reason; look at the log in the folder logs beside it.",
    ),
    "new": ("Bài mới", "New articles"),
    "sites": ("Các trang", "Sites"),
    "see_change": ("Xem thay đổi", "See what changed"),
    "see_article": ("Đọc bài", "Read the article"),
    "see_kept": ("Đọc bản đã lưu", "Read the kept version"),
    "last_run": ("Lần thu thập gần nhất", "Last run"),
    "feed": ("Nguồn tin Atom", "Atom feed"),
    "nothing_yet": ("Kho còn trống.", "The archive is empty."),
    "crawl_first": ("Hãy chạy: archiver crawl", "Begin with: archiver crawl"),
    # lists
    "search": ("Tìm", "Search"),
    "search_for": ("Từ cần tìm", "Words to find"),
    "site": ("Trang", "Site"),
    "section": ("Chuyên mục", "Section"),
    "since": ("Đăng từ ngày", "Published from"),
    "until": ("đến ngày", "to"),
    "state": ("Tình trạng", "State"),
    "all": ("tất cả", "all"),
    "away": ("không còn trên trang", "no longer on the site"),
    "only_changed": ("Chỉ bài đã thay đổi", "Only those that changed"),
    "only_changed_option": ("đã thay đổi", "changed"),
    "show": ("Lọc", "Show"),
    "reset": ("Bỏ lọc", "Clear"),
    "more": ("Các bài tiếp theo", "More articles"),
    "first": ("Về đầu danh sách", "Back to the top of the list"),
    "none": (
        "Không tìm thấy bài nào. Hãy bớt từ hoặc bớt điều kiện lọc.",
        "No article was found. Try fewer words or fewer filters.",
    ),
    "filters": ("Lọc danh sách", "Filters"),
    "results": ("Kết quả cho “{words}”", "Results for “{words}”"),
    # an article
    "undated": ("không ghi ngày", "undated"),
    "views": ("Lượt xem", "Views"),
    "views_count": ("{count} lượt xem", "{count} views"),
    "views_count_one": ("1 lượt xem", "1 view"),
    "views_grew": (
        "Từ {first} lên {last}: {gained}, trong đó {own} lần là chính kho này ghé xem.",
        "From {first} to {last}: {gained}, of which {own} were our own requests.",
    ),
    "views_once": (
        "Mới đọc được một lần: {last}. Mức tăng hiện ra từ lần đọc thứ hai.",
        "Read once so far: {last}. Growth shows from the second reading on.",
    ),
    "views_none": ("Trang không in lượt xem.", "The site prints no view count."),
    "views_chart": ("Biểu đồ lượt xem theo thời gian", "Chart of the views over time"),
    "views_figures": ("Số liệu", "Figures"),
    "own_visit": ("kho này ghé xem", "our own request"),
    "seen_in_listing": ("đọc ở trang danh mục", "read on a listing"),
    "edit_mark": ("bài thay đổi", "the text changed"),
    "removal_mark": ("gỡ xuống hoặc trở lại", "removed or restored"),
    "growth": ("Lượt xem mỗi ngày", "Views a day"),
    "growth_chart": ("Biểu đồ lượt xem tăng mỗi ngày", "Chart of the views gained a day"),
    "growth_others": ("của người khác", "by others"),
    "growth_own": ("do kho này ghé xem", "by our own requests"),
    "growth_peak": (
        "Tăng mạnh nhất: {rate} lượt mỗi ngày, không kể kho này, từ {start} đến {end}.",
        "It grew most from {start} to {end}: {rate} views a day without our own requests.",
    ),
    "growth_edit": ("Bài thay đổi ngay sau đó: {day}.", "The text changed right after: {day}."),
    "growth_none": ("Không ai khác xem thêm.", "Nobody else read it in this time."),
    "growth_one_day": (
        "Mọi số liệu là của một ngày; lượt xem mỗi ngày hiện ra từ ngày đọc tiếp theo.",
        "All counts are of one day; views a day show from the next day on which they are read.",
    ),
    "growth_until": ("Đến ngày", "Up to"),
    "growth_days": ("Số ngày", "Days"),
    "own_visits": ("Kho này ghé", "Our requests"),
    "when": ("Khi nào", "When"),
    "where": ("Ở đâu", "Where"),
    "history": ("Lịch sử", "History"),
    "version": ("Bản {number}", "Version {number}"),
    "versions_all": ("{count} bản", "{count} versions"),
    "version_now": ("bản mới nhất", "the latest"),
    "stood": ("đã thấy từ {start} đến {end}", "seen from {start} to {end}"),
    "stood_once": ("đã thấy một lần", "seen once"),
    "changed_fields": ("khác ở: {fields}", "differs in: {fields}"),
    "compare_before": ("So với bản trước", "Compare with the one before"),
    "compare": ("So sánh", "Compare"),
    "as_of": ("Xem bài vào ngày", "As it stood on"),
    "as_of_title": (
        "Bài viết như đã thấy vào {day}: bản {number}.",
        "The article as it stood on {day}: version {number}.",
    ),
    "as_of_now": ("Về bản mới nhất", "Back to the latest version"),
    "go": ("Xem", "Go"),
    "raw": ("Trang gốc", "Raw page"),
    "original": ("Địa chỉ trên trang", "Address on the site"),
    "image": ("Ảnh", "Image"),
    "images": ("Ảnh", "Images"),
    "attachments": ("Tài liệu kèm theo", "Attachments"),
    "file_earlier": ("Bản trước, nhận từ {start} đến {end}", "An earlier copy, received from {start} to {end}"),
    "file_missing": ("không lưu được: {problem}", "not kept: {problem}"),
    "caption_none": ("không có chú thích", "no caption"),
    "gone_note": (
        "Bài này không còn trên trang: đây là bản lưu cuối cùng.",
        "This article is no longer on the site: this is the last state that was kept.",
    ),
    "suspect_note": (
        "Lần xem cuối không thấy bài này trên trang; đây là bản đã lưu.",
        "At the last visit the site no longer showed this article; this is what was kept.",
    ),
    "moved_note": ("Địa chỉ cũ nay dẫn sang nơi khác.", "Its address now leads elsewhere."),
    "changed_note": (
        "Bài đã thay đổi {count} lần từ khi được lưu.",
        "The text has changed {count} times since it was first seen.",
    ),
    "changed_note_one": (
        "Bài đã thay đổi một lần từ khi được lưu.",
        "The text has changed once since it was first seen.",
    ),
    # what is read most
    "most_read": ("Đọc nhiều", "Most read"),
    "most_read_week": ("Đọc nhiều nhất trong tuần", "Most read this week"),
    "fastest": ("Tăng nhanh nhất", "Fastest growing"),
    "fastest_about": (
        "So với số lượt đã có; chỉ những bài tăng ít nhất 10 lượt.",
        "Compared with the count before; only articles that gained 10 views or more.",
    ),
    "rank_about": (
        "Tuần từ {since} đến {until}, khi lần thu thập gần nhất kết thúc: {count} bài, không kể kho này ghé xem.",
        "The week from {since} to {until}, when the last crawl ended: {count} articles, without our own requests.",
    ),
    "rank_more_once": ("{count} bài khác mới đọc được một lần.", "{count} others were counted once so far."),
    "rank_once": (
        "Từ {since} đến {until}, {count} bài được đọc số lượt xem đúng một lần; mức tăng hiện ra từ lần đọc thứ hai.",
        "From {since} to {until}, {count} articles were counted once; growth shows from the second reading on.",
    ),
    "rank_none": (
        "Từ {since} đến {until} không đọc được lượt xem nào: có thể trang không in. Lần thu thập tới sẽ xem lại.",
        "From {since} to {until} no view count was read: the sites may print none. The next crawl looks again.",
    ),
    "rank_no_crawl": ("Chưa có lần thu thập nào xong.", "No crawl has finished yet."),
    "rank_nobody": ("Không bài nào được người khác xem thêm.", "No article was read by others in this week."),
    "rank_nobody_fast": ("Không bài nào tăng đến 10 lượt.", "No article gained 10 views."),
    "rank_all": ("Cả bảng, và các bài tăng nhanh nhất", "The whole list, and the fastest growing"),
    "share": ("+{percent} %", "+{percent} %"),
    "from_to": ("từ {first} lên {last}", "from {first} to {last}"),
    "own_count": ("kho này ghé {count} lần", "{count} own requests"),
    "own_count_one": ("kho này ghé 1 lần", "1 own request"),
    "between": ("{start} – {end}", "{start} – {end}"),
    # to cite
    "cite": ("Trích dẫn bản này", "Cite this"),
    "cite_address": ("Địa chỉ ở kho này", "Address in this archive"),
    "cite_article": ("Bài", "Article"),
    "cite_version": ("Bản", "Version"),
    "cite_captured": ("Thấy lần đầu lúc", "First captured"),
    "cite_digest": ("SHA-256 của nội dung", "SHA-256 of the content"),
    # a comparison
    "comparison": ("So sánh bản {before} với bản {after}", "Version {before} compared with version {after}"),
    "same": ("Hai bản giống nhau.", "The two versions are the same."),
    "unchanged": ("{count} đoạn không đổi", "{count} unchanged paragraphs"),
    "unchanged_one": ("1 đoạn không đổi", "1 unchanged paragraph"),
    "legend": ("Chữ thêm vào và chữ bỏ đi", "Words inserted and removed"),
    "inserted": ("thêm", "inserted"),
    "removed": ("bỏ", "removed"),
    "moved_from": ("chuyển từ đoạn {number}", "moved from paragraph {number}"),
    "from_version": ("Từ bản", "From version"),
    "to_version": ("đến bản", "to version"),
    "back": ("Về bài viết", "Back to the article"),
    # the raw page
    "raw_title": ("Trang gốc như đã nhận", "The raw page as received"),
    "raw_about": (
        "Hiện trong khung kín: không mã lệnh, không gửi yêu cầu ra ngoài.",
        "Shown in a closed frame: no script, no request to the outside.",
    ),
    "raw_source": ("Mã nguồn", "Source"),
    "raw_none": ("Không có trang nào từ lúc đó.", "There is no page from that time."),
    "raw_none_needed": ("Trang không cần tệp nào khác.", "The page needs no other files."),
    "raw_bare": (
        "Không lưu tệp nào trong {count} tệp mà trang cần (định dạng, ảnh, phông chữ), nên trang trông khác lúc đó.",
        "None of the {count} files that the page needs (style sheets, pictures, fonts) is kept, so it looks otherwise.",
    ),
    "raw_bare_one": (
        "Không lưu tệp mà trang cần (định dạng, ảnh hay phông chữ), nên trang trông khác lúc đó.",
        "The one file that the page needs (a style sheet, picture or font) is not kept, so it looks otherwise.",
    ),
    "raw_declare": (
        "Muốn lưu từ nay về sau, hãy khai báo requisites = True cho trang này.",
        "To keep them from now on, declare requisites = True for the site.",
    ),
    "raw_whole": (
        "Hiện với đủ {count} tệp mà trang cần (định dạng, ảnh, phông chữ), như đã lưu.",
        "Shown with all {count} files that it needs (style sheets, pictures, fonts), as they were kept.",
    ),
    "raw_whole_one": (
        "Hiện với tệp mà trang cần (định dạng, ảnh hay phông chữ), như đã lưu.",
        "Shown with the one file that it needs (a style sheet, picture or font), as it was kept.",
    ),
    "raw_part": (
        "Hiện với {kept} trong {count} tệp mà trang cần (định dạng, ảnh, phông chữ). Các tệp khác không được lưu.",
        "Shown with {kept} of the {count} files that it needs (style sheets, pictures, fonts). Others are not kept.",
    ),
    "raw_missing": ("Tệp thiếu ({count})", "What is missing ({count})"),
    "raw_later": ("Tệp chỉ được lưu sau trang này ({count})", "What was kept only after this page ({count})"),
    "raw_omitted": (
        "Trang cần thêm {count} tệp nữa, vượt quá số tệp được lưu cho một trang.",
        "The page asks for {count} more, which is more than is kept of a page.",
    ),
    "raw_omitted_one": (
        "Trang cần thêm 1 tệp nữa, vượt quá số tệp được lưu cho một trang.",
        "The page asks for 1 more, which is more than is kept of a page.",
    ),
    "raw_never_asked": ("chưa từng hỏi", "never asked for"),
    "raw_headers": ("Phần đầu của câu trả lời ({count})", "Headers of the answer ({count})"),
    "raw_digest": ("Mã SHA-256", "SHA-256"),
    "raw_run": ("Lần thu thập", "Run"),
    "raw_seal": ("Niêm phong", "Seal of the run"),
    "raw_unsealed": ("chưa niêm phong, vì lần thu thập còn đang chạy", "none yet: the run is going on"),
    "raw_received": ("Nhận lúc", "Received"),
    "imported_from": ("Nhập từ", "Imported from"),
    "raw_status": ("Mã trạng thái", "Status"),
    "raw_size": ("Kích thước", "Size"),
    "bytes": ("{count} byte", "{count} bytes"),
    "bytes_one": ("1 byte", "1 byte"),
    # runs
    "run": ("Lần thu thập {number}", "Run {number}"),
    "started": ("Bắt đầu", "Began"),
    "ended": ("Kết thúc", "Ended"),
    "outcome": ("Kết quả", "Outcome"),
    "new_count": ("Mới", "New"),
    "changed_count": ("Thay đổi", "Changed"),
    "unchanged_count": ("Không đổi", "Unchanged"),
    "found_count": ("Số bài", "Articles"),
    "requests": ("Yêu cầu", "Requests"),
    "captures": ("Trang đã lưu", "Answers kept"),
    "errors": ("Lỗi", "Errors"),
    "findings": ("Điều cần xem", "Findings"),
    "findings_none": ("Không có gì bất thường.", "Nothing is wrong."),
    "run_events": ("Lần này thấy gì", "What this run showed"),
    "runs_older": ("Các lần cũ hơn", "Older runs"),
    "scope": ("Phạm vi", "Scope"),
    "fates": ("Bài chưa đọc", "Articles not read"),
    "limited": ("Chỉ hiện {count} mục đầu.", "Only the first {count} are shown."),
    # alerts
    "alert_changes": ("{count} thay đổi", "{count} changes"),
    "alert_changes_one": ("1 thay đổi", "1 change"),
    "alert_runs": ("{count} lần thu thập có vấn đề", "{count} runs with problems"),
    "alert_runs_one": ("1 lần thu thập có vấn đề", "1 run with problems"),
    "alert_others": ("và {count} chỗ khác", "and {count} more"),
    "alert_more": ("và {count} mục nữa", "and {count} more"),
    "alert_test": ("Thử", "Test"),
    "alert_nothing": ("Chưa có thay đổi nào như vậy.", "There is no such change yet."),
    **CASE_MESSAGES,
    # errors
    "missing_title": ("Không có trang này", "There is no such page"),
    "wrong_title": ("Không hiểu yêu cầu", "This cannot be understood"),
    "failed_title": ("Không đọc được kho", "The archive cannot be read"),
    "damaged": ("Kho bị hỏng: {what}", "The archive is damaged: {what}"),
    "no_article": ("Kho không có bài {article}.", "The archive holds no article {article}."),
    "no_version": ("Bài không có bản {number}.", "The article has no version {number}."),
    "no_file": ("Kho không có tệp này.", "The archive does not hold this file."),
    "no_page": ("Địa chỉ này không có trang nào.", "There is no page at this address."),
    "no_run": ("Không có lần thu thập {number}.", "There is no run {number}."),
    "no_site": ("Kho không có trang {site}.", "The archive holds no site {site}."),
    "first_seen_later": ("Đến {first} bài mới được thấy lần đầu.", "The article was first seen later, at {first}."),
    "bad_day": (
        "{name}: “{value}” không phải là một ngày; hãy viết 27/04/2018 hoặc 2018-04-27.",
        "{name}: “{value}” is no day; write 27 Apr 2018 or 2018-04-27.",
    ),
    "bad_choice": (
        "{name}: không có “{value}”; có: {known}.",
        "{name}: there is no “{value}”; there are: {known}.",
    ),
    "bad_value": ("{name}: không hiểu “{value}”.", "{name}: “{value}” cannot be read."),
}
_COLUMN: dict[Language, int] = {"vi": 0, "en": 1}


def say(language: Language, key: str, **values: object) -> str:
    """Return a message with its values filled in; KeyError for a key that does not exist."""
    key = one if str(values.get("count")) == "1" and (one := f"{key}_one") in MESSAGES else key
    return MESSAGES[key][_COLUMN[language]].format(**values)


def name_word(language: Language, word: str) -> str:
    """Return a word of the archive (a state, a kind of event, an outcome) for people; unknown ones as they are."""
    return WORDS[word][_COLUMN[language]] if word in WORDS else word.replace("_", " ")


def choose_language(accepted: str, wanted: str = "") -> Language:
    """Choose by ``?lang=``, else by the header Accept-Language; Vietnamese where neither names a language we have."""
    offers = [(_quality(part), part.split(";")[0].strip().lower()[:2]) for part in accepted.split(",")]
    names = [wanted.lower(), *(name for quality, name in sorted(offers, key=lambda o: -o[0]) if quality > 0)]
    return next((language for name in names for language in LANGUAGES if language == name), "vi")


def _quality(part: str) -> float:
    _, _, quality = part.partition("q=")
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
